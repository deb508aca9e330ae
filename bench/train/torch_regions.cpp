#include <ATen/ATen.h>

#include "bench/train/torch_ops.h"
#include "models/reference.h"
#include "models/roi_bins.h"

namespace bench::torch_ops {
namespace {

// Of a number on the features: which one it is. The greater of two is the one with the greater
// value, the first of equals.
struct Element {
  const float* values;
  std::int64_t index;

  friend bool operator<(const Element& a, const Element& b) {
    return a.values[a.index] < b.values[b.index];
  }
};

}  // namespace

// Picks the features that are the largest of their bins, in one flat list with a 0 behind it for
// bins without any.
at::Tensor compute(const RoiPool& op, Inputs inputs, const Shape& shape) {
  const at::Tensor features = inputs[0].contiguous();
  const Shape sizes = features.sizes().vec();
  const Tensor regions = from_torch(inputs[1].detach());
  const auto bins = roi_bins(op, sizes, regions.data<float>());
  const at::Tensor with_zero =
      at::cat({features.reshape({-1}), at::zeros({1}, features.options())});
  const at::Tensor host = with_zero.detach().cpu();
  const float* values = host.data_ptr<float>();
  std::vector<Element> elements, picked(static_cast<std::size_t>(count(shape)));
  for (std::int64_t i = 0; i < features.numel(); ++i) elements.push_back({values, i});
  roi_pool(bins, static_cast<std::size_t>(op.size.h) * static_cast<std::size_t>(op.size.w), sizes,
           elements.data(), Element{values, features.numel()}, picked.data());
  at::Tensor indices = at::empty({count(shape)}, at::kLong);
  std::int64_t* index = indices.data_ptr<std::int64_t>();
  for (const Element& element : picked) *index++ = element.index;
  return at::index_select(with_zero, 0, indices.to(features.device())).reshape(shape);
}

at::Tensor compute(const Proposals& op, Inputs inputs, const Shape& shape) {
  const at::NoGradGuard without_gradients;
  const Tensor scores = from_torch(inputs[0].detach()), deltas = from_torch(inputs[1].detach());
  const Tensor image(inputs[2].sizes().vec());  // lends its size
  const Tensor* const values[] = {&scores, &deltas, &image};
  return to_torch(evaluate_node(op, values, shape)).to(inputs[0].device());
}

}  // namespace bench::torch_ops
