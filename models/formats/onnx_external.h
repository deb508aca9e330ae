#pragma once
// Tensor data kept in a file beside an ONNX file. Such a file may name any path; only those inside
// the model's own folder are opened.

#include <cstdint>
#include <map>
#include <string>

#include "models/formats/onnx_tensor.h"

namespace bench {

/// The `needed` bytes a tensor's external_data entries (location, offset, length) point at; the
/// file is added to `files.external`. Throws Error{missing} if there is no such file;
/// Error{bad_data} if it lies outside the model's folder after resolving ".." and links, or if the
/// entries and its size do not agree.
std::string read_onnx_external(const std::map<std::string, std::string>& entries,
                               std::uint64_t needed, OnnxFiles& files);

}  // namespace bench
