#include "models/formats/ncnn.h"

#include <filesystem>
#include <set>

#include "models/formats/ncnn_ops.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::string_view magic = "7767517";
constexpr std::uint64_t longest_param = 1 << 24, longest_bin = std::uint64_t{1} << 34;

std::string describe(const NcnnLayer& layer) {
  return "layer " + in_quotes(layer.name) + " (" + layer.type + ")";
}

/// Keys 0, 1, 2: width, height, channels; 0 leaves them open, but for the channels.
void add_input(const NcnnLayer& layer, NcnnNetwork& net) {
  if (!net.graph.nodes.empty()) refuse("a second Input");
  const auto size = [&](int key) -> std::int64_t {
    const int value = layer.integer(key);
    if (value < 0 || value > 1 << 20) reject("a size of " + std::to_string(value));
    return value;
  };
  const std::int64_t w = size(0), h = size(1), c = size(2);
  if (layer.integer(11) != 0) refuse("four axes");
  const auto or_open = [](std::int64_t n) { return n > 0 ? n : -1; };
  Shape shape{1, c > 0 ? c : 3, or_open(h), or_open(w)};
  if (w > 0 && h == 0 && c == 0) shape = {1, w};
  if (w > 0 && h > 0 && c == 0 && layer.has(2)) shape = {1, h, w};
  const bool open = shape.size() == 4 && (h == 0 || w == 0);
  net.ranks.push_back(shape.size());
  net.shapes.push_back(open ? Shape{} : shape);
  const NodeId input = net.graph.add(layer.name, Input{std::move(shape)});
  for (const std::string& blob : layer.outputs) net.blobs.emplace(blob, input);
}

void add_layer(const NcnnLayer& layer, NcnnNetwork& net) {
  if (layer.type == "Input") return add_input(layer, net);
  const NcnnMapping map = find_ncnn_mapping(layer.type);
  if (!map) refuse("is not supported");
  if (layer.outputs.empty()) reject("has no output");
  if (layer.outputs.size() > 1 && layer.type != "Split") {
    refuse(std::to_string(layer.outputs.size()) + " outputs");
  }
  NcnnNode node(layer, net);
  map(node);
}

/// What no layer reads, in the order of the file.
void add_outputs(const std::vector<NcnnLayer>& layers, NcnnNetwork& net) {
  std::set<std::string_view> read;
  for (const NcnnLayer& layer : layers) read.insert(layer.inputs.begin(), layer.inputs.end());
  for (const NcnnLayer& layer : layers) {
    for (const std::string& blob : layer.outputs) {
      if (!read.contains(blob)) net.graph.outputs.push_back({blob, net.blobs.at(blob)});
    }
  }
}

/// The file beside `path` with the same stem and the ending `wanted`.
std::string partner(const std::string& path, const char* wanted) {
  const std::string other = std::filesystem::path(path).replace_extension(wanted).string();
  if (std::filesystem::exists(other)) return other;
  throw Error(Fault::missing,
              path + ": ncnn keeps a network in two files; " + other + " should lie beside it");
}

}  // namespace

bool looks_like_ncnn_param(std::string_view start) {
  return start.starts_with(magic) && start.find_first_of("\r\n") == magic.size();
}

LoadedNetwork read_ncnn(std::string_view param, std::string_view bin, const std::string& name) {
  LoadedNetwork result;
  within(name, [&] {
    NcnnNetwork net{NcnnWeights(bin)};
    const std::vector<NcnnLayer> layers = parse_ncnn_param(param);
    for (const NcnnLayer& layer : layers) {
      within(describe(layer), [&] { add_layer(layer, net); });
    }
    if (net.weights.left() > 0) {
      reject(std::to_string(net.weights.left()) +
             " bytes of weights are left behind the last layer; they belong to another network");
    }
    add_outputs(layers, net);
    result.graph = std::move(net.graph);
    result.format = net.int8 ? "ncnn, int8 weights" : "ncnn";
    validate(result.graph);
  });
  return result;
}

LoadedNetwork read_ncnn(const std::string& path) {
  const bool is_bin = path.ends_with(".bin");
  const std::string param = is_bin ? partner(path, ".param") : path;
  const std::string bin = is_bin ? path : partner(path, ".bin");
  const std::string weights = read_file(bin, longest_bin);
  LoadedNetwork result = read_ncnn(read_file(param, longest_param), weights, param);
  result.files = {param, bin};
  return result;
}

}  // namespace bench
