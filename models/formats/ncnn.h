#pragma once
// ncnn networks: a text file (.param) of layers and a file of their weights (.bin), float, half or
// int8. An int8 layer has the file's numbers as its weight and reads its input through a
// FakeQuantize; between layers values are floats, as they are in ncnn.

#include <string>
#include <string_view>

#include "models/formats/formats.h"

namespace bench {

/// Whether a file that starts so is the text half of an ncnn network.
bool looks_like_ncnn_param(std::string_view start);

/// The network of which `path` is one half, .param or .bin; the other lies beside it under the same
/// stem. An Input without a size takes images of 3 channels and any size. Throws as load_network;
/// messages name layer and offset.
LoadedNetwork read_ncnn(const std::string& path);

/// The same from the files' contents, `name` naming them in messages. `files` stays empty.
LoadedNetwork read_ncnn(std::string_view param, std::string_view bin, const std::string& name);

}  // namespace bench
