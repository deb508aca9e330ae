#pragma once
// ONNX files, opset 6 to 18. Shape arithmetic is followed while reading, so that what remains is a
// network that takes images of any size the file allows.
//
// Quantised files, QDQ (QuantizeLinear and DequantizeLinear) and with operators on numbers
// (QLinearConv, ...; those of com.microsoft too), become graphs with grids: FakeQuantize on edges,
// the weights and biases of layers as the file's own numbers.

#include <string>
#include <string_view>

#include "models/formats/formats.h"

namespace bench {

/// The network in `bytes`, a serialised ModelProto; `path` names it in messages and is where
/// external data is looked for. Throws as load_network.
LoadedNetwork read_onnx(std::string_view bytes, const std::string& path);

}  // namespace bench
