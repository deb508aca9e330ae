#include "models/formats/mxnet.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "models/formats/mxnet_ops.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t longest_symbol = 1 << 25, longest_params = std::uint64_t{1} << 34;
constexpr std::string_view symbol_ending = "-symbol.json", params_ending = ".params";

/// Which nodes the results need: labels, and what only training reads, are not among them.
std::vector<bool> needed_nodes(const MxnetSymbol& symbol) {
  std::vector<bool> needed(symbol.nodes.size());
  for (const auto& head : symbol.heads) needed[head.node] = true;
  for (std::size_t i = symbol.nodes.size(); i-- > 0;) {
    const MxnetSymbol::Node& node = symbol.nodes[i];
    if (!needed[i]) continue;
    const bool has_label = node.op == "SoftmaxOutput" || node.op == "Softmax";
    const std::size_t read =
        has_label ? std::min<std::size_t>(1, node.inputs.size()) : node.inputs.size();
    for (std::size_t k = 0; k < read; ++k) needed[node.inputs[k].node] = true;
  }
  return needed;
}

/// The variable that is the image: "data", or the only one without an array.
std::size_t find_input(const MxnetSymbol& symbol, const MxnetArrays& arrays,
                       const std::vector<bool>& needed) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < symbol.nodes.size(); ++i) {
    if (!needed[i] || !symbol.nodes[i].is_variable()) continue;
    if (symbol.nodes[i].name == "data") return i;
    if (!arrays.contains(symbol.nodes[i].name)) open.push_back(i);
  }
  if (open.empty()) reject("has no input: every variable is an array");
  if (open.size() > 1) {
    reject("has the variables " + in_quotes(symbol.nodes[open[0]].name) + " and " +
           in_quotes(symbol.nodes[open[1]].name) + " without arrays, and none is named 'data'");
  }
  return open[0];
}

/// What a layer that sees the image says of its shape; empty if that is nothing.
Shape shape_by_layer(const MxnetSymbol::Node& node, std::size_t index, MxnetNetwork& net) {
  const bool dense = node.op == "FullyConnected", norm = node.op.starts_with("BatchNorm");
  if (!dense && !norm && !node.op.starts_with("Convolution")) return {};
  MxnetNode layer(index, net);
  const std::string name = layer.array_name(1);
  const Shape& shape = layer.array(name).shape;
  if (shape.size() < (norm ? 1 : 2)) {
    reject("array " + in_quotes(name) + " has shape " + to_string(shape));
  }
  if (norm) return {-1, shape[0], -1, -1};
  if (dense) return {-1, shape[1]};
  const std::int64_t groups = layer.integer("num_group", 1);
  return {-1, shape[1] * std::min(groups, shape[0]), -1, -1};
}

/// The symbol leaves the image's shape open; the layers that see it first know its channels.
Shape input_shape(MxnetNetwork& net, std::size_t input) {
  static const std::set<std::string_view> reorder = {"Concat", "concat", "Reshape", "reshape",
                                                     "transpose"};
  std::vector<bool> sees(net.symbol.nodes.size());
  sees[input] = true;
  Shape by_norm;
  for (std::size_t i = input + 1; i < sees.size(); ++i) {
    const MxnetSymbol::Node& node = net.symbol.nodes[i];
    if (node.inputs.empty() || !sees[node.inputs[0].node]) continue;
    Shape shape;
    within(describe(node), [&] { shape = shape_by_layer(node, i, net); });
    const bool norm = node.op.starts_with("BatchNorm");
    if (norm && by_norm.empty()) by_norm = shape;
    if (!norm && shape.size() == 2 && !by_norm.empty() && by_norm[1] != shape[1]) return by_norm;
    if (!norm && !shape.empty()) return shape;
    sees[i] = !reorder.contains(node.op) && !node.op.starts_with("Q");
  }
  if (!by_norm.empty()) return by_norm;
  refuse("no layer says how many channels the input " + in_quotes(net.symbol.nodes[input].name) +
         " has");
}

void add_node(std::size_t index, MxnetNetwork& net) {
  const MxnetMapping map = find_mxnet_mapping(net.symbol.nodes[index].op);
  if (!map) refuse("is not supported");
  MxnetNode node(index, net);
  map(node);
  node.finish();
}

void add_outputs(MxnetNetwork& net) {
  std::set<std::size_t> listed;
  for (const auto& [node, output] : net.symbol.heads) {
    const MxnetSymbol::Node& head = net.symbol.nodes[node];
    within("heads: " + describe(head), [&, n = node, o = output] {
      if (o != 0) refuse("result " + std::to_string(o) + "; only the first is supported");
      if (!listed.insert(n).second) reject("is listed twice");
      if (net.results[n] < 0) reject("is no result");
      net.graph.outputs.push_back({head.name, net.results[n]});
    });
  }
}

void check_all_arrays_have_readers(const MxnetNetwork& net) {
  std::set<std::string_view> variables(net.arrays_read.begin(), net.arrays_read.end());
  for (const MxnetSymbol::Node& node : net.symbol.nodes) {
    if (node.is_variable()) variables.insert(node.name);
  }
  for (const auto& [name, array] : net.arrays) {
    if (!variables.contains(name)) {
      reject("array " + in_quotes(name) +
             " is no variable of the symbol; the files belong to different networks");
    }
  }
}

Graph build(MxnetNetwork& net) {
  const std::vector<bool> needed = needed_nodes(net.symbol);
  const std::size_t input = find_input(net.symbol, net.arrays, needed);
  net.results.assign(net.symbol.nodes.size(), -1);
  net.results[input] = net.add(net.symbol.nodes[input].name, Input{input_shape(net, input)}, {});
  for (std::size_t i = 0; i < net.symbol.nodes.size(); ++i) {
    const MxnetSymbol::Node& node = net.symbol.nodes[i];
    if (needed[i] && !node.is_variable()) within(describe(node), [&] { add_node(i, net); });
  }
  add_outputs(net);
  check_all_arrays_have_readers(net);
  return std::move(net.graph);
}

/// "folder/PREFIX" of "folder/PREFIX-symbol.json" and of "folder/PREFIX-0040.params".
std::string prefix_of(const std::string& path) {
  if (path.ends_with(symbol_ending)) return path.substr(0, path.size() - symbol_ending.size());
  std::string stem = fs::path(path).replace_extension().string();
  const auto dash = stem.find_last_not_of("0123456789");
  const bool has_epoch = path.ends_with(params_ending) && dash != stem.npos && stem[dash] == '-' &&
                         dash + 1 < stem.size();
  return has_epoch ? stem.substr(0, dash) : stem;
}

std::string symbol_beside(const std::string& params) {
  const std::string symbol = prefix_of(params) + std::string(symbol_ending);
  if (fs::exists(symbol)) return symbol;
  throw Error(Fault::missing,
              params + ": MXNet keeps a network in two files; " + symbol + " should lie beside it");
}

std::string params_beside(const std::string& symbol) {
  const std::string prefix = prefix_of(symbol);
  const fs::path folder = fs::path(symbol).parent_path();
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder)) {
    const std::string path = (folder / entry.path().filename()).string();
    if (path.ends_with(params_ending) && prefix_of(path) == prefix) found.insert(path);
  }
  if (found.size() == 1) return *found.begin();
  if (found.empty()) {
    throw Error(Fault::missing, symbol + ": MXNet keeps a network in two files; " + prefix +
                                    "-0000.params (of any epoch) should lie beside it");
  }
  std::string names;
  for (const std::string& path : found) names += (names.empty() ? "" : ", ") + path;
  throw Error(Fault::usage, symbol + ": several epochs lie beside it (" + names +
                                "); name the one that is meant");
}

}  // namespace

bool looks_like_mxnet_params(std::string_view start) {
  return start.starts_with(std::string_view("\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16));
}

bool looks_like_mxnet_symbol(std::string_view start) {
  const auto first = start.find_first_not_of(" \t\r\n");
  return first != start.npos && start[first] == '{' && start.find("\"nodes\"") != start.npos;
}

LoadedNetwork read_mxnet(const NamedBytes& symbol, const NamedBytes& params) {
  MxnetSymbol nodes;
  MxnetArrays arrays;
  within(symbol.name, [&] { nodes = parse_mxnet_symbol(symbol.bytes); });
  within(params.name, [&] { arrays = parse_mxnet_params(params.bytes); });
  LoadedNetwork result;
  within(symbol.name, [&] {
    MxnetNetwork net{nodes, arrays, 4 * std::uint64_t{params.bytes.size()}};
    result.graph = build(net);
    result.format = net.binary ? "mxnet, 1-bit weights" : "mxnet";
    validate(result.graph);
  });
  return result;
}

LoadedNetwork read_mxnet(const std::string& path) {
  const bool is_params = looks_like_mxnet_params(start_of_file(path, 16));
  const std::string symbol = is_params ? symbol_beside(path) : path;
  const std::string params = is_params ? path : params_beside(path);
  const std::string nodes = read_file(symbol, longest_symbol);
  const std::string arrays = read_file(params, longest_params);
  LoadedNetwork result = read_mxnet(NamedBytes{symbol, nodes}, NamedBytes{params, arrays});
  result.files = {params, symbol};
  return result;
}

}  // namespace bench
