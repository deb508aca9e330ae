#include "bench/train/straight_through.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <string>

#include "models/error.h"

namespace bench {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// One value per scale, shaped to broadcast over x.
template <class T>
at::Tensor along_axis(const Grid& grid, const std::vector<T>& values, const at::Tensor& x) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
  for (std::size_t i = 0; i < values.size(); ++i) {
    tensor.data_ptr<float>()[i] = static_cast<float>(values[i]);
  }
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  if (grid.axis >= 0) shape[static_cast<std::size_t>(grid.axis)] = tensor.numel();
  return tensor.reshape(shape).to(x.device());
}

at::Tensor rounded(const at::Tensor& x, Rounding rounding) {
  if (rounding == Rounding::half_even) return at::round(x);
  if (rounding == Rounding::half_up) return at::floor(x + 0.5f);
  // x + 1/2 may round up where x is just below a half; x - trunc(x) is exact.
  const at::Tensor whole = at::trunc(x);
  return whole + at::where(at::ge(at::abs(x - whole), 0.5f), at::sign(x), at::zeros_like(x));
}

struct Rounded {
  at::Tensor value;
  at::Tensor slope;  // what a gradient is multiplied by
};

Rounded sign_of(const at::Tensor& x, const Grid& grid, SignGradient sign) {
  const at::Tensor scale = along_axis(grid, grid.scale, x);
  const at::Tensor value = at::where(at::lt(x, 0), -scale, scale);
  const at::Tensor size = at::abs(x);
  switch (sign) {
    case SignGradient::identity: return {value, scale};
    case SignGradient::binary_net: return {value, at::le(size, 1) * scale};
    case SignGradient::bi_real: break;
  }
  return {value, at::clamp_min(2 - 2 * size, 0) * scale};
}

Rounded onto_grid(const at::Tensor& x, const Grid& grid) {
  const at::Tensor scale = along_axis(grid, grid.scale, x);
  const bool from_offset = !grid.offset.empty();
  const at::Tensor offset = from_offset ? along_axis(grid, grid.offset, x) : at::Tensor();
  at::Tensor number = rounded((from_offset ? x - offset : x) / scale, grid.rounding);
  // Sums with a zero point are exact in float wherever they are not clamped, but for 32 bits.
  if (grid.bits > 16) number = number.to(at::kDouble);
  const at::Tensor zero = from_offset ? at::zeros({}) : along_axis(grid, grid.zero_point, x);
  number = number + zero;  // and so -0 becomes 0
  const std::int64_t low = lowest(grid), high = highest(grid);
  const at::Tensor inside = at::logical_and(at::ge(number, low), at::le(number, high));
  const at::Tensor value = (at::clamp(number, low, high) - zero).to(at::kFloat) * scale;
  return {from_offset ? value + offset : value, inside};
}

struct StraightThrough : torch::autograd::Function<StraightThrough> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Grid* grid,
                            SignGradient sign) {
    const Rounded rounded = is_binary(*grid) ? sign_of(x, *grid, sign) : onto_grid(x, *grid);
    context->save_for_backward({rounded.slope});
    return rounded.value;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor slope = context->get_saved_variables()[0];
    return {gradients[0] * slope, at::Tensor(), at::Tensor()};
  }
};

void require_fit(const Grid& grid, const at::Tensor& x, std::string_view what) {
  if (grid.axis < 0) return;
  const auto scales = static_cast<std::int64_t>(grid.scale.size());
  if (grid.axis < x.dim() && x.size(grid.axis) == scales) return;
  throw Error(Fault::bad_data, std::string(what) + ": a grid of " + std::to_string(scales) +
                                   " scales on axis " + std::to_string(grid.axis) +
                                   " does not fit shape " + to_string(x.sizes().vec()));
}

}  // namespace

at::Tensor straight_through(const at::Tensor& x, const Grid& grid, SignGradient sign,
                            std::string_view what) {
  require_fit(grid, x, what);
  return StraightThrough::apply(x, &grid, sign);
}

at::Tensor straight_through(const at::Tensor& x, const std::variant<Grid, DynamicGrid>& grid,
                            SignGradient sign, std::string_view what) {
  if (const auto* fixed = std::get_if<Grid>(&grid)) return straight_through(x, *fixed, sign, what);
  const float least = x.numel() > 0 ? x.detach().min().item<float>() : 0;
  const float most = x.numel() > 0 ? x.detach().max().item<float>() : 0;
  if (!std::isfinite(least) || !std::isfinite(most)) {
    throw Error(Fault::bad_data, std::string(what) + ": a value is not finite, so it has no range");
  }
  return straight_through(x, grid_for(std::get<DynamicGrid>(grid), least, most), sign, what);
}

}  // namespace bench
