#pragma once
// oneDNN as this backend uses it: strict f32, layouts spelled out, no reference kernels by
// accident.

#include <optional>
#include <string>
#include <vector>

#include <dnnl.hpp>

#include "models/tensor.h"

namespace bench::onednn {

using Desc = dnnl::memory::desc;

/// f32 in row-major ("C") order. A scalar becomes one element of rank 1.
Desc row_major(const Shape& shape);

/// f32 with the channels of one pixel side by side: the order of NHWC, the shape of NCHW.
/// REQUIRES rank 4.
Desc channels_last(const Shape& shape);

/// Whether elements lie in blocks of channels (nChw8c, nChw16c), possibly with padding.
bool is_blocked(const Desc& desc);

/// Distance in elements between neighbours along each axis. REQUIRES !is_blocked(desc).
Shape strides_of(const Desc& desc);

/// `desc` under another order of its axes, no element moved. REQUIRES !is_blocked(desc).
Desc permuted(const Desc& desc, const std::vector<int>& order);

/// Whether both put the same elements at the same places; strides along axes of size 1 mean
/// nothing.
bool same_order(const Desc& a, const Desc& b);

/// "nhwc", "row-major", "nChw16c", ...
std::string layout_name(const Desc& desc);

/// oneDNN's slow code that exists to be compared with.
bool is_reference(const std::string& implementation);

/// Strict f32, scratch memory from the caller.
dnnl::primitive_attr strict_attributes(const dnnl::post_ops& post_ops = {});

/// The instruction set oneDNN uses: "avx512_core_vnni", "avx2", ...
std::string isa_name();

/// Whether sums of u8 times s8 are exact on this instruction set: with VNNI and AMX, not where pairs
/// of products saturate at 16 bits.
bool int8_is_exact();

/// Whether f32 kernels may use 512 bits.
bool has_avx512();

/// The first implementation that is not a reference one, or nothing.
template <class Primitive, class OpDesc = typename Primitive::desc>
std::optional<typename Primitive::primitive_desc> fast(const OpDesc& desc,
                                                       const dnnl::primitive_attr& attributes,
                                                       const dnnl::engine& engine) {
  typename Primitive::primitive_desc found(desc, attributes, engine, /*allow_empty=*/true);
  if (!found) return std::nullopt;
  while (is_reference(found.impl_info_str())) {
    if (!found.next_impl()) return std::nullopt;
  }
  return found;
}

/// oneDNN runs on `count` threads when called from this thread, as long as this object lives.
class ThreadCount {
 public:
  explicit ThreadCount(int count);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

}  // namespace bench::onednn
