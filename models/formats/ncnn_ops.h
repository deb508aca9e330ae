#pragma once
// What each type of ncnn layer becomes: one function per type or family of them; one line each in
// the list of ncnn_ops.cpp.

#include <string_view>

#include "models/formats/ncnn_node.h"

namespace bench {

/// Reads the layer's values, inputs and weights, adds what it means to the graph, and gives its
/// result. Throws Error{bad_data} for what contradicts the format, Error{unsupported} for what is
/// beyond a Graph.
using NcnnMapping = void (*)(NcnnNode& node);

/// Null for a type that is not supported.
NcnnMapping find_ncnn_mapping(std::string_view type);

namespace ncnn {

// ncnn_ops_weights.cpp: what has weights
void convolution(NcnnNode& node);
void depthwise(NcnnNode& node);
void inner_product(NcnnNode& node);
void batch_norm(NcnnNode& node);
void scale(NcnnNode& node);
void prelu(NcnnNode& node);

// ncnn_ops_window.cpp: sliding windows
/// Padding, strides and dilation of a convolution or pool.
struct Window {
  Pair kernel{}, stride{}, dilation{};
  Padding pad{};
};
Window convolution_window(const NcnnNode& node);
void pooling(NcnnNode& node);

// ncnn_ops_shape.cpp: what only moves numbers
void reshape(NcnnNode& node);
void flatten(NcnnNode& node);
void permute(NcnnNode& node);
void padding(NcnnNode& node);
void interp(NcnnNode& node);
void concat(NcnnNode& node);
void pass_on(NcnnNode& node);

}  // namespace ncnn
}  // namespace bench
