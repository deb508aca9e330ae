#include "bench/onednn/onednn.h"

// OpenMP's runtime, which oneDNN is linked to; its header needs no -fopenmp.
#include <omp.h>

#include <algorithm>

namespace bench::onednn {
namespace {

using DataType = dnnl::memory::data_type;

Desc with_strides(const Shape& dims, const Shape& strides) {
  return Desc(dims, DataType::f32, strides);
}

const dnnl_blocking_desc_t& blocking(const Desc& desc) { return desc.data.format_desc.blocking; }

}  // namespace

Desc row_major(const Shape& shape) {
  if (shape.empty()) return with_strides({1}, {1});
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * shape[i];
  return with_strides(shape, strides);
}

Desc channels_last(const Shape& shape) {
  const std::int64_t c = shape[1], h = shape[2], w = shape[3];
  return with_strides(shape, {h * w * c, 1, w * c, c});
}

bool is_blocked(const Desc& desc) { return blocking(desc).inner_nblks > 0; }

Shape strides_of(const Desc& desc) {
  return Shape(blocking(desc).strides, blocking(desc).strides + desc.data.ndims);
}

Desc permuted(const Desc& desc, const std::vector<int>& order) {
  const Shape dims = desc.dims(), strides = strides_of(desc);
  Shape new_dims, new_strides;
  for (const int axis : order) {
    new_dims.push_back(dims[static_cast<std::size_t>(axis)]);
    new_strides.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  return with_strides(new_dims, new_strides);
}

bool same_order(const Desc& a, const Desc& b) {
  if (a == b) return true;
  if (is_blocked(a) || is_blocked(b)) return false;
  const Shape dims = a.dims(), left = strides_of(a), right = strides_of(b);
  if (dims != b.dims()) return false;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] != 1 && left[i] != right[i]) return false;
  }
  return true;
}

std::string layout_name(const Desc& desc) {
  if (is_blocked(desc)) return "nChw" + std::to_string(blocking(desc).inner_blks[0]) + "c";
  const Shape dims = desc.dims();
  if (same_order(desc, row_major(dims))) return "row-major";
  if (dims.size() == 4 && same_order(desc, channels_last(dims))) return "nhwc";
  return "strided";
}

bool is_reference(const std::string& implementation) {
  return implementation.find("ref") != std::string::npos;
}

dnnl::primitive_attr strict_attributes(const dnnl::post_ops& post_ops) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attributes.set_fpmath_mode(dnnl::fpmath_mode::strict);
  attributes.set_post_ops(post_ops);
  return attributes;
}

std::string isa_name() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41: return "sse41";
    case dnnl::cpu_isa::avx: return "avx";
    case dnnl::cpu_isa::avx2: return "avx2";
    case dnnl::cpu_isa::avx2_vnni: return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core: return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni: return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16: return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_amx: return "avx512_core_amx";
    default: return "generic";
  }
}

bool int8_is_exact() {
  const std::string isa = isa_name();
  return isa == "avx512_core_vnni" || isa == "avx512_core_bf16" || isa == "avx512_core_amx";
}

bool has_avx512() { return isa_name().starts_with("avx512"); }

ThreadCount::ThreadCount(int count) : before_(omp_get_max_threads()) {
  omp_set_num_threads(std::max(count, 1));
}

ThreadCount::~ThreadCount() { omp_set_num_threads(before_); }

}  // namespace bench::onednn
