#include "bench/train/torch_tensor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdlib>

#include "models/error.h"

namespace bench {

at::Tensor to_torch(const Tensor& tensor, const std::string& device) {
  if (tensor.empty()) return {};
  at::Tensor copy = at::empty(tensor.shape(), at::kFloat);
  std::ranges::copy(tensor.data<float>(), copy.data_ptr<float>());
  return copy.to(at::Device(device));
}

Tensor from_torch(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  const at::Tensor here = tensor.detach().cpu().contiguous();
  const auto size = static_cast<std::size_t>(here.numel());
  if (here.scalar_type() == at::kLong) {
    return Tensor::of<std::int64_t>(here.sizes().vec(), {here.data_ptr<std::int64_t>(), size});
  }
  return Tensor::of<float>(here.sizes().vec(), {here.data_ptr<float>(), size});
}

void make_deterministic(int threads, const std::string& device) {
  at::Context& context = at::globalContext();
  if (device == "cuda") {
    if (!context.hasCUDA()) {
      throw Error(Fault::unsupported,
                  "device cuda: libtorch sees none; it takes a libtorch built with CUDA (Debian's "
                  "is not), an NVIDIA GPU and its driver");
    }
    // Without it cuBLAS does not repeat, and libtorch refuses matrix products.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    context.setAllowTF32CuDNN(false);  // products of 10 bits
  }
  at::set_num_threads(threads);
  context.setDeterministicAlgorithms(true, false);
}

}  // namespace bench
