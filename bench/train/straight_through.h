#pragma once
// Grids (models/grid.h) that gradients pass: forward exactly the grid's numbers, backward the
// straight-through estimator.
//
// A number that had to be clamped passes no gradient, every other one passes it as it is: rounding
// counts as the identity (Jacob et al. 2018; PyTorch's fake_quantize masks by the number, too).

#include <variant>

#include "bench/train/torch_tensor.h"
#include "models/grid.h"

namespace bench {

/// What stands for the derivative of sign(x) on a binary grid; the grid's scale multiplies it.
enum class SignGradient {
  identity,    ///< 1 (Bengio et al. 2013)
  binary_net,  ///< 1 where |x| <= 1, else 0 (Courbariaux et al. 2016, equation 4; XNOR-Net)
  bi_real,     ///< 2 - 2|x| where |x| <= 1, else 0 (Liu et al. 2018, equation 5)
};

/// `x` put onto the grid and back, as bench::fake_quantize does to the bit, but that a NaN stays
/// one on a grid that is not binary: a training that has diverged must show. A dynamic grid's range
/// counts as a constant. Throws Error{bad_data} naming `what` as fake_quantize and grid_for do.
at::Tensor straight_through(const at::Tensor& x, const Grid& grid, SignGradient sign,
                            std::string_view what);
at::Tensor straight_through(const at::Tensor& x, const std::variant<Grid, DynamicGrid>& grid,
                            SignGradient sign, std::string_view what);

}  // namespace bench
