#pragma once
// TensorFlow Lite networks (.tflite), float and quantised. Tensors lie N x H x W x C in the file
// and become N x C x H x W. A quantised file becomes a quantised graph: weights and biases stay the
// file's numbers, and a FakeQuantize node, NODE.grid, follows whatever the file puts on a grid.

#include <string>
#include <string_view>

#include "models/formats/formats.h"

namespace bench {

/// Whether a file that starts so is a TFLite network.
bool looks_like_tflite(std::string_view start);

/// The network in `bytes`; `path` names it in messages. Throws as load_network.
LoadedNetwork read_tflite(std::string_view bytes, const std::string& path);

}  // namespace bench
