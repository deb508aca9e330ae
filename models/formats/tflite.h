#pragma once
// TensorFlow Lite networks (.tflite), float and quantised. Tensors lie N x H x W x C in the file
// and become N x C x H x W.

#include <string>
#include <string_view>

#include "models/formats/formats.h"

namespace bench {

/// Whether a file that starts so is a TFLite network.
bool looks_like_tflite(std::string_view start);

/// The network in `bytes`; `path` names it in messages. The weights of a quantised file come as the
/// numbers they stand for. Throws as load_network.
LoadedNetwork read_tflite(std::string_view bytes, const std::string& path);

}  // namespace bench
