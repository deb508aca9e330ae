#pragma once
// What each TFLite operator becomes: one function per operator or family of them; one line each in
// the list of tflite_ops.cpp.

#include <string>

#include "models/formats/reject.h"
#include "models/formats/tflite_node.h"

namespace bench {

/// Reads the operator's options and inputs, adds what it means to the graph, and gives its result.
/// Throws Error{bad_data} for what contradicts the format, Error{unsupported} for what is beyond a
/// Graph.
using TfliteMapping = void (*)(TfliteNode& node);

/// Null for an operator that is not supported. `code` is the file's own number for it.
TfliteMapping find_tflite_mapping(int code);

/// "CONV_2D"; "operator 160" for one newer than this list.
std::string name_of_tflite_operator(int code);

namespace tflite {

// tflite_ops_window.cpp: what slides a window over the image
void conv(TfliteNode& node);
void depthwise_conv(TfliteNode& node);
void average_pool(TfliteNode& node);
void max_pool(TfliteNode& node);

// tflite_ops.cpp
void fully_connected(TfliteNode& node);
void prelu(TfliteNode& node);
void leaky_relu(TfliteNode& node);
void softmax(TfliteNode& node);
void concatenation(TfliteNode& node);
void reshape(TfliteNode& node);
void squeeze(TfliteNode& node);
void pad(TfliteNode& node);
void mean(TfliteNode& node);
void resize_bilinear(TfliteNode& node);
void arg_max(TfliteNode& node);
void pass_on(TfliteNode& node);

}  // namespace tflite
}  // namespace bench
