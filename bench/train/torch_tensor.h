#pragma once
// Our tensors and libtorch's. Its headers take seconds to compile, so none of ours includes them:
// who handles an at::Tensor by value includes <ATen/ATen.h> in the .cpp.

#include "models/tensor.h"

namespace at {
class Tensor;
}

namespace bench {

/// A copy, f32. REQUIRES an f32 tensor. An empty Tensor becomes an undefined one.
at::Tensor to_torch(const Tensor& tensor);

/// A copy of an f32 or i64 tensor; an undefined one becomes an empty Tensor. REQUIRES one of these.
Tensor from_torch(const at::Tensor& tensor);

/// Makes libtorch's results the same in every run: this many threads, and only operations that
/// repeat to the bit. For the whole process; may be called again.
void make_deterministic(int threads = 1);

}  // namespace bench
