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

/// Null for an operator that is not supported.
OnnxMapping find_onnx_mapping(std::string_view op_type);

namespace onnx {

// onnx_ops_window.cpp: convolution and pooling
void conv(OnnxNode&);
void pool(OnnxNode&);         // MaxPool AveragePool
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

/// Axes given as attribute `axes` up to opset `last_attribute`, after it as input `i`; nothing if
/// absent. Not yet checked against a rank.
std::optional<std::vector<std::int64_t>> axes_of(OnnxNode& node, int last_attribute, std::size_t i);

}  // namespace onnx
}  // namespace bench
