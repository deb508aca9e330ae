#include <algorithm>
#include <filesystem>
#include <span>
#include <string_view>

#include "models/error.h"
#include "models/formats/darknet.h"
#include "models/formats/formats.h"
#include "models/formats/graph_file.h"
#include "models/formats/mxnet.h"
#include "models/formats/ncnn.h"
#include "models/formats/onnx_reader.h"
#include "models/formats/read_file.h"
#include "models/formats/tflite.h"

namespace bench {
namespace {

constexpr std::uint64_t longest_onnx = (std::uint64_t{1} << 31) - 1;    // what protobuf can take
constexpr std::uint64_t longest_tflite = (std::uint64_t{1} << 31) - 1;  // what its offsets reach
constexpr std::uint64_t longest_own = std::uint64_t{1} << 32;

/// Text whose first word is a section: "[net]".
bool looks_like_darknet_cfg(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto start = bytes.find_first_not_of(" \t\r\n");
    if (start == bytes.npos) return false;
    bytes.remove_prefix(start);
    if (bytes[0] == '[') return true;
    if (bytes[0] != '#' && bytes[0] != ';') return false;
    bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size()));
  }
  return false;
}

/// A little-endian version number below 8. No ONNX file starts so: protobuf has no field 0.
bool looks_like_darknet_weights(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[0] >= 0 && bytes[0] < 8 &&
         bytes.substr(1, 3) == std::string_view("\0\0\0", 3);
}

/// ncnn's weights say nothing of what they are: they are known by the .param beside them.
bool looks_like_ncnn_bin(const std::string& path) {
  if (!path.ends_with(".bin")) return false;
  const std::string param = std::filesystem::path(path).replace_extension(".param").string();
  return std::filesystem::is_regular_file(param) && looks_like_ncnn_param(start_of_file(param, 64));
}

LoadedNetwork read_own(const std::string& path) {
  const std::string bytes = read_file(path, longest_own);
  return {read_graph_file(std::as_bytes(std::span(bytes)), path).graph, {}, {path}, "quantbench"};
}

}  // namespace

LoadedNetwork load_network(const std::string& path) {
  const std::string start = start_of_file(path, 1 << 16);
  if (looks_like_ncnn_param(start) || looks_like_ncnn_bin(path)) return read_ncnn(path);
  if (looks_like_mxnet_params(start) || looks_like_mxnet_symbol(start)) return read_mxnet(path);
  if (looks_like_tflite(start)) return read_tflite(read_file(path, longest_tflite), path);
  if (looks_like_darknet_cfg(start)) return read_darknet(path, true);
  if (looks_like_darknet_weights(start)) return read_darknet(path, false);
  if (looks_like_safetensors(start)) return read_own(path);
  return read_onnx(read_file(path, longest_onnx), path);
}

void check_at_declared_size(const Graph& graph) {
  Shape shape = std::get<Input>(graph.nodes[0].op).shape;
  if (shape[0] < 0) shape[0] = 1;
  if (std::ranges::count(shape, -1) == 0) infer_shapes(graph, shape);
}

}  // namespace bench
