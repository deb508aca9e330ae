#pragma once
// Named tensors in one file, in safetensors' format: a length (u64), that many bytes of JSON, the
// elements, all little-endian. Source: huggingface/safetensors, README.

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/tensor.h"

namespace bench {

struct NamedTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> notes;  ///< the format's "__metadata__"
};

/// The same bytes for the same tensors and notes. REQUIRES no tensor named "__metadata__", and no
/// tensor without elements and shape (Tensor()).
std::vector<std::byte> write_safetensors(const NamedTensors& tensors);

/// Of f32, u8, i8, i32 and i64 elements. Throws Error{bad_data} for a damaged or hostile file, and
/// Error{unsupported} for other elements; both name `what` and the tensor.
NamedTensors read_safetensors(std::span<const std::byte> bytes, std::string_view what);

}  // namespace bench
