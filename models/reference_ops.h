#pragma once
// The meaning of each op as a function of its inputs' values; evaluate() chooses among these.
// `shape` is the result's shape as infer_shapes gives it.

#include <span>

#include "models/graph.h"

namespace bench::reference {

using Inputs = std::span<const Tensor* const>;

Tensor compute(const Conv2d&, Inputs, const Shape& shape);
Tensor compute(const Linear&, Inputs, const Shape& shape);

Tensor compute(const MaxPool&, Inputs, const Shape& shape);
Tensor compute(const AveragePool&, Inputs, const Shape& shape);
Tensor compute(const Resize&, Inputs, const Shape& shape);

Tensor compute(const RoiPool&, Inputs, const Shape& shape);
Tensor compute(const Proposals&, Inputs, const Shape& shape);

Tensor compute(const BatchNorm&, Inputs, const Shape& shape);
Tensor compute(const Activation&, Inputs, const Shape& shape);
Tensor compute(const PRelu&, Inputs, const Shape& shape);
Tensor compute(const Arithmetic&, Inputs, const Shape& shape);
Tensor compute(const Softmax&, Inputs, const Shape& shape);
Tensor compute(const Reduce&, Inputs, const Shape& shape);
Tensor compute(const FakeQuantize&, Inputs, const Shape& shape);

Tensor compute(const Concat&, Inputs, const Shape& shape);
Tensor compute(const Slice&, Inputs, const Shape& shape);
Tensor compute(const Transpose&, Inputs, const Shape& shape);
Tensor compute(const Reshape&, Inputs, const Shape& shape);
Tensor compute(const Pad&, Inputs, const Shape& shape);

}  // namespace bench::reference
