#pragma once
// What each ONNX operator becomes. One function per operator or family of them; one line each in
// the list of onnx_ops.cpp.

#include <string_view>

#include "models/formats/onnx_node.h"

namespace bench {

/// Reads the node's attributes and inputs, adds what it means to the graph, and gives its results.
/// Throws Error{bad_data} for what contradicts the specification, Error{unsupported} for what is
/// beyond a Graph.
using OnnxMapping = void (*)(OnnxNode& node);

struct OnnxOperator {
  std::string_view op_type;
  OnnxMapping map;
  /// Only chooses or moves elements, so that it means the same on quantised numbers.
  bool on_numbers = false;
};

/// Of the standard domain ("" or "ai.onnx") or "com.microsoft", whose operators on quantised
/// numbers ONNX Runtime's tools write. Null for an operator that is not supported.
const OnnxOperator* find_onnx_operator(std::string_view domain, std::string_view op_type);

namespace onnx {

// onnx_ops_window.cpp: convolution and pooling
void conv(OnnxNode&);
void pool(OnnxNode&);  // MaxPool AveragePool
void max_roi_pool(OnnxNode&);
void global_pool(OnnxNode&);  // GlobalAveragePool GlobalMaxPool

// onnx_ops_linear.cpp
void gemm(OnnxNode&);
void matmul(OnnxNode&);
void batch_normalization(OnnxNode&);

// onnx_ops_elementwise.cpp
void activation(OnnxNode&);
void clip(OnnxNode&);
void prelu(OnnxNode&);
void arithmetic(OnnxNode&);  // Add Sub Mul Div Pow
void variadic(OnnxNode&);    // Sum Min Max
void softmax(OnnxNode&);
void reduce(OnnxNode&);  // ReduceMean Sum Max Min L2

// onnx_ops_movement.cpp
void concat(OnnxNode&);
void split(OnnxNode&);
void slice(OnnxNode&);
void transpose(OnnxNode&);
void pad(OnnxNode&);
void gather(OnnxNode&);
void resize(OnnxNode&);  // Resize Upsample

// onnx_ops_shape.cpp
void identity(OnnxNode&);  // Identity Dropout
void cast(OnnxNode&);
void constant(OnnxNode&);
void constant_of_shape(OnnxNode&);
void shape(OnnxNode&);
void reshape(OnnxNode&);
void flatten(OnnxNode&);
void squeeze(OnnxNode&);
void unsqueeze(OnnxNode&);
void round_down(OnnxNode&);  // Floor, of shapes only

// onnx_ops_quantize.cpp
void quantize_linear(OnnxNode&);
void dequantize_linear(OnnxNode&);
/// The grid that the constants `scale` and `zero_point` (inputs; the latter may be absent) spell.
/// `otherwise`: the type of the numbers where no zero point says it. More than one scale lies along
/// `axis` of `sizes`.
Grid grid_of(OnnxNode& node, std::size_t scale, std::size_t zero_point, DType otherwise, int axis,
             const Sizes& sizes);

// onnx_ops_qlinear.cpp: operators on quantised numbers
void qlinear_conv(OnnxNode&);
void qlinear_matmul(OnnxNode&);
void qgemm(OnnxNode&);
void qlinear_arithmetic(OnnxNode&);  // QLinearAdd QLinearMul
void qlinear_pool(OnnxNode&);        // QLinearAveragePool QLinearGlobalAveragePool
void qlinear_concat(OnnxNode&);
void qlinear_activation(OnnxNode&);  // QLinearSigmoid QLinearLeakyRelu
void qlinear_softmax(OnnxNode&);
void integer_product(OnnxNode&);  // ConvInteger MatMulInteger DynamicQuantizeLinear: refused

// What the operators on reals and those on numbers share.

/// The grid of a weight whose outputs lie along `axis`, as a layer keeps it: along axis 0. Throws
/// Error{unsupported} if its scales lie along another.
std::optional<Grid> along_outputs(std::optional<Grid> grid, int axis);
/// As a layer keeps it: numbers of less than 32 bits become reals, their grid stays.
LayerParameter bias_of(LayerParameter bias);

/// A convolution with the node's attributes.
NodeId convolution(OnnxNode& node, NodeId input, LayerParameter weight, LayerParameter bias);
/// x B + C, B being I x O, or O x I if `transposed`; C empty if there is none.
NodeId linear(OnnxNode& node, NodeId input, LayerParameter b, bool transposed, LayerParameter c);
NodeId average_pool(OnnxNode& node, NodeId input);
NodeId global_pool(OnnxNode& node, NodeId input, Reduce::Kind kind);
NodeId softmax(OnnxNode& node, NodeId input, std::int64_t axis, bool one_axis);

/// Axes given as attribute `axes` up to opset `last_attribute`, after it as input `i`; nothing if
/// absent. Not yet checked against a rank.
std::optional<std::vector<std::int64_t>> axes_of(OnnxNode& node, int last_attribute, std::size_t i);

}  // namespace onnx
}  // namespace bench
