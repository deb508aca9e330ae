#pragma once
// What each op without parameters of its own means on libtorch's tensors, with gradients.
// `shape` is the result's shape as infer_shapes gives it.

#include <span>

#include "bench/train/torch_tensor.h"
#include "models/graph.h"

namespace bench::torch_ops {

using Inputs = std::span<const at::Tensor>;

at::Tensor compute(const MaxPool&, Inputs, const Shape& shape);
at::Tensor compute(const AveragePool&, Inputs, const Shape& shape);
at::Tensor compute(const Resize&, Inputs, const Shape& shape);
/// With a gradient to the features, none to the regions.
at::Tensor compute(const RoiPool&, Inputs, const Shape& shape);
/// Without gradients.
at::Tensor compute(const Proposals&, Inputs, const Shape& shape);

at::Tensor compute(const Activation&, Inputs, const Shape& shape);
at::Tensor compute(const Arithmetic&, Inputs, const Shape& shape);
at::Tensor compute(const Softmax&, Inputs, const Shape& shape);
at::Tensor compute(const Reduce&, Inputs, const Shape& shape);

at::Tensor compute(const Concat&, Inputs, const Shape& shape);
at::Tensor compute(const Slice&, Inputs, const Shape& shape);
at::Tensor compute(const Transpose&, Inputs, const Shape& shape);
at::Tensor compute(const Reshape&, Inputs, const Shape& shape);
at::Tensor compute(const Pad&, Inputs, const Shape& shape);

/// With the weight and bias in use; an undefined bias is none.
at::Tensor convolve(const Conv2d&, const at::Tensor& x, const at::Tensor& weight,
                    const at::Tensor& bias);

}  // namespace bench::torch_ops
