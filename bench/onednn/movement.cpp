#include "bench/onednn/movement.h"

#include <algorithm>
#include <numeric>

namespace bench::onednn {
namespace {

template <class T>
void copy_axis(const BoxCopy& box, std::size_t axis, T* to, const T* from) {
  const std::int64_t n = box.dims[axis], out = box.to[axis], in = box.from[axis];
  if (axis + 1 < box.dims.size()) {
    for (std::int64_t i = 0; i < n; ++i) copy_axis(box, axis + 1, to + i * out, from + i * in);
  } else if (out == 1 && in == 1) {
    std::copy_n(from, n, to);
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i * out] = from[i * in];
  }
}

}  // namespace

BoxCopy simplified(BoxCopy box) {
  std::vector<std::size_t> order(box.dims.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return box.to[a] > box.to[b]; });
  BoxCopy out;
  for (const std::size_t axis : order) {
    const std::int64_t n = box.dims[axis], to = box.to[axis], from = box.from[axis];
    if (n == 1) continue;
    // The axis before steps over exactly this one, on both sides: one longer axis.
    if (!out.dims.empty() && out.to.back() == n * to && out.from.back() == n * from) {
      out.dims.back() *= n;
      out.to.back() = to;
      out.from.back() = from;
    } else {
      out.dims.push_back(n);
      out.to.push_back(to);
      out.from.push_back(from);
    }
  }
  if (out.dims.empty()) return {{1}, {1}, {1}};
  return out;
}

template <class T>
void copy_box(const BoxCopy& box, T* to, const T* from) {
  copy_axis(box, 0, to, from);
}

template void copy_box(const BoxCopy&, float*, const float*);
template void copy_box(const BoxCopy&, std::uint8_t*, const std::uint8_t*);

}  // namespace bench::onednn
