#pragma once
// TensorProto -> Tensor. Real numbers of any width become f32, whole ones stay what they are.

#include <set>
#include <string>

#include "models/tensor.h"

namespace bench_onnx {
class TensorProto;
}

namespace bench {

/// Where an ONNX file lies, and what else was read with it.
struct OnnxFiles {
  std::string path;
  std::set<std::string> external;  ///< files its tensors were read from
};

/// float, float16, bfloat16 and double as f32 (rounded once); int64, int32, uint8, int8 as they
/// are; bool as u8. Data inside the file or, by data_location, in one beside it.
/// Throws Error{bad_data}, Error{missing} or Error{unsupported}, without naming the tensor.
Tensor tensor_from_onnx(const bench_onnx::TensorProto& proto, OnnxFiles& files);

}  // namespace bench
