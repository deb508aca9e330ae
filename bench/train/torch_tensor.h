#pragma once
// Our tensors and libtorch's. Its headers take seconds to compile, so none of ours includes them:
// who handles an at::Tensor by value includes <ATen/ATen.h> in the .cpp.

#include <string>

#include "models/tensor.h"

namespace at {
class Tensor;
}

namespace bench {

/// A copy, f32, on a device by libtorch's name for it. REQUIRES an f32 tensor. An empty Tensor
/// becomes an undefined one.
at::Tensor to_torch(const Tensor& tensor, const std::string& device = "cpu");

/// A copy of an f32 or i64 tensor of any device; an undefined one becomes an empty Tensor. REQUIRES
/// one of these.
Tensor from_torch(const at::Tensor& tensor);

/// Makes libtorch's results the same in every run on this device, cpu or cuda: this many
/// threads, only operations that repeat to the bit (others throw), 32-bit floats in full. For the
/// whole process; may be called again. Throws Error{unsupported} if libtorch sees no such device.
void make_deterministic(int threads = 1, const std::string& device = "cpu");

}  // namespace bench
