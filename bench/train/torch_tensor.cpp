#include "bench/train/torch_tensor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace bench {

at::Tensor to_torch(const Tensor& tensor) {
  if (tensor.empty()) return {};
  at::Tensor copy = at::empty(tensor.shape(), at::kFloat);
  std::ranges::copy(tensor.data<float>(), copy.data_ptr<float>());
  return copy;
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

void make_deterministic(int threads) {
  at::set_num_threads(threads);
  at::globalContext().setDeterministicAlgorithms(true, false);
}

}  // namespace bench
