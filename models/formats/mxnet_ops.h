#pragma once
// What each MXNet operator becomes: one function per operator or family of them; one line each in
// the list of mxnet_ops.cpp.

#include <string_view>

#include "models/formats/mxnet_node.h"

namespace bench {

/// Reads the node's attributes, inputs and arrays, adds what it means to the graph, and gives its
/// result. Throws Error{bad_data} for what contradicts the format, Error{unsupported} for what is
/// beyond a Graph.
using MxnetMapping = void (*)(MxnetNode& node);

/// Null for an operator that is not supported.
MxnetMapping find_mxnet_mapping(std::string_view op);

namespace mxnet {

// mxnet_ops_layers.cpp: what has weights
/// Convolution and pooling: stride, dilation and padding.
struct Window {
  Pair kernel{}, stride{}, dilation{}, pad{};
};
Window window_of(MxnetNode& node);
void convolution(MxnetNode& node);
void fully_connected(MxnetNode& node);
void batch_norm(MxnetNode& node);
void leaky_relu(MxnetNode& node);

// mxnet_ops_binary.cpp: BMXNet
void q_activation(MxnetNode& node);
void det_sign(MxnetNode& node);
void q_convolution(MxnetNode& node);
void q_fully_connected(MxnetNode& node);
void binary_inference_convolution(MxnetNode& node);
void binary_inference_fully_connected(MxnetNode& node);

// mxnet_ops_shape.cpp: pooling and what only moves numbers
void pooling(MxnetNode& node);
void flatten(MxnetNode& node);
void reshape(MxnetNode& node);
void concat(MxnetNode& node);
void transpose(MxnetNode& node);
void pad(MxnetNode& node);
void up_sampling(MxnetNode& node);
void pass_on(MxnetNode& node);

}  // namespace mxnet
}  // namespace bench
