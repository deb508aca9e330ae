#include "models/formats/mxnet_node.h"

#include <algorithm>
#include <cmath>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr int largest_size = 1 << 20;

std::size_t rank_of(const Op& op, std::size_t widest) {
  if (const auto* input = std::get_if<Input>(&op)) return input->shape.size();
  if (const auto* reshape = std::get_if<Reshape>(&op)) return reshape->dims.size();
  if (const auto* constant = std::get_if<Constant>(&op)) return constant->value.rank();
  return widest;
}

std::int64_t axis_1(const Shape& shape) { return shape.size() > 1 ? shape[1] : -1; }

std::int64_t channels_of(const Op& op, const std::vector<std::int64_t>& given, std::size_t rank) {
  if (const auto* input = std::get_if<Input>(&op)) return axis_1(input->shape);
  if (const auto* constant = std::get_if<Constant>(&op)) return axis_1(constant->value.shape());
  if (const auto* conv = std::get_if<Conv2d>(&op)) return conv->weight.dim(0);
  const bool unknown = given.empty() || std::ranges::count(given, -1) > 0;
  if (const auto* linear = std::get_if<Linear>(&op); linear && rank == 2) {
    return linear->weight.dim(0);
  }
  if (unknown || std::holds_alternative<Reshape>(op) || std::holds_alternative<Transpose>(op)) {
    return -1;
  }
  if (const auto* concat = std::get_if<Concat>(&op); concat && concat->axis == 1) {
    std::int64_t sum = 0;
    for (const std::int64_t n : given) sum += n;
    return sum;
  }
  if (const auto* pad = std::get_if<Pad>(&op)) return given[0] + pad->before[1] + pad->after[1];
  return std::ranges::max(given);
}

/// What only training, memory or a library's choice of algorithm depends on.
bool is_without_effect(std::string_view key) {
  constexpr std::string_view keys[] = {"workspace",
                                       "cudnn_tune",
                                       "cudnn_off",
                                       "momentum",
                                       "num_args",
                                       "ctx_group",
                                       "lr_mult",
                                       "wd_mult",
                                       "force_mirroring",
                                       "mirror_stage",
                                       "gradient_update_mode",
                                       "name"};
  return key.starts_with("__") || std::ranges::count(keys, key) > 0;
}

}  // namespace

NodeId MxnetNetwork::add(std::string name, Op op, std::vector<NodeId> inputs) {
  std::size_t widest = 0;
  std::vector<std::int64_t> given;
  for (const NodeId id : inputs) {
    widest = std::max(widest, ranks[static_cast<std::size_t>(id)]);
    given.push_back(channels[static_cast<std::size_t>(id)]);
  }
  ranks.push_back(rank_of(op, widest));
  channels.push_back(channels_of(op, given, ranks.back()));
  return graph.add(std::move(name), std::move(op), std::move(inputs));
}

const std::string* MxnetNode::find(const char* key) {
  asked_.insert(key);
  const auto found = node_.attributes.find(key);
  return found == node_.attributes.end() || found->second == "None" ? nullptr : &found->second;
}

const std::string& MxnetNode::need(const char* key) {
  const std::string* value = find(key);
  if (!value) reject("has no attribute '" + std::string(key) + "'");
  return *value;
}

template <class Step>
auto MxnetNode::parsed(const char* key, const std::string& value, Step step) const {
  decltype(step(value)) result;
  within("attribute '" + std::string(key) + "'", [&] { result = step(value); });
  return result;
}

std::string MxnetNode::text(const char* key, const char* otherwise) {
  const std::string* value = find(key);
  return value ? *value : otherwise;
}

bool MxnetNode::flag(const char* key, bool otherwise) {
  const std::string* value = find(key);
  return value ? parsed(key, *value, mxnet_text::flag) : otherwise;
}

float MxnetNode::real(const char* key, double otherwise) {
  const std::string* value = find(key);
  const double number = value ? parsed(key, *value, mxnet_text::real) : otherwise;
  const auto narrowed = static_cast<float>(number);
  if (!std::isfinite(narrowed)) reject("attribute '" + std::string(key) + "' is no f32");
  return narrowed;
}

float MxnetNode::real(const char* key) {
  need(key);
  return real(key, 0);
}

std::int64_t MxnetNode::integer(const char* key, std::int64_t otherwise, std::int64_t least) {
  const std::string* value = find(key);
  if (!value) return otherwise;
  const std::int64_t number = parsed(key, *value, mxnet_text::integer);
  if (number < least) reject("attribute '" + std::string(key) + "' is " + std::to_string(number));
  return number;
}

std::int64_t MxnetNode::integer(const char* key) {
  need(key);
  return integer(key, 0);
}

std::vector<std::int64_t> MxnetNode::tuple(const char* key) {
  const std::string* value = find(key);
  return value ? parsed(key, *value, mxnet_text::tuple) : std::vector<std::int64_t>{};
}

Pair MxnetNode::pair(const char* key, int otherwise, int least) {
  const std::vector<std::int64_t> sizes = tuple(key);
  if (sizes.empty()) return {otherwise, otherwise};
  if (sizes.size() != 2) {
    refuse("attribute '" + std::string(key) + "' has " + std::to_string(sizes.size()) +
           " sizes; only windows over height and width are supported");
  }
  for (const std::int64_t size : sizes) {
    if (size < least || size > largest_size) {
      reject("attribute '" + std::string(key) + "' has the size " + std::to_string(size));
    }
  }
  return {static_cast<int>(sizes[0]), static_cast<int>(sizes[1])};
}

void MxnetNode::require(const char* key, std::string_view wanted) {
  const std::string* value = find(key);
  if (!value || *value == wanted) return;
  refuse("attribute '" + std::string(key) + "' is " + in_quotes(*value) + "; only " +
         in_quotes(wanted) + " is supported");
}

void MxnetNode::require_flag(const char* key, bool wanted) {
  if (flag(key, wanted) == wanted) return;
  require(key, wanted ? std::string_view("True") : "False");
}

void MxnetNode::ignore(std::initializer_list<const char*> keys) {
  for (const char* key : keys) asked_.insert(key);
}

void MxnetNode::finish() const {
  for (const auto& [key, value] : node_.attributes) {
    if (asked_.contains(key) || is_without_effect(key)) continue;
    refuse("attribute " + in_quotes(key) + " (" + in_quotes(value) + ") is not known");
  }
}

const MxnetSymbol::Entry& MxnetNode::entry(std::size_t i) const {
  if (i >= node_.inputs.size()) reject("has no input " + std::to_string(i));
  return node_.inputs[i];
}

NodeId MxnetNode::input(std::size_t i) {
  const auto [from, output] = entry(i);
  const MxnetSymbol::Node& source = net_.symbol.nodes[from];
  if (output != 0) {
    refuse("reads result " + std::to_string(output) + " of " + describe(source) +
           "; only the first is supported");
  }
  if (net_.results[from] < 0) {
    if (!source.is_variable()) reject("reads " + describe(source) + ", which has no result");
    net_.results[from] = net_.add(source.name, Constant{parameter(source.name)}, {});
  }
  return net_.results[from];
}

void MxnetNode::require_channels(NodeId node, std::int64_t wanted) const {
  const std::int64_t given = channels(node);
  if (given < 0 || given == wanted) return;
  reject("its arrays are for " + std::to_string(wanted) + " channels; its input has " +
         std::to_string(given));
}

std::string MxnetNode::array_name(std::size_t i) const {
  const MxnetSymbol::Node& source = net_.symbol.nodes[entry(i).node];
  if (!source.is_variable()) {
    refuse("input " + std::to_string(i) + " is computed by " + describe(source) +
           "; only arrays are supported there");
  }
  return source.name;
}

const MxnetArray& MxnetNode::array(const std::string& name) {
  const auto found = net_.arrays.find(name);
  if (found == net_.arrays.end()) reject("the file of arrays has no " + in_quotes(name));
  const std::uint64_t size = found->second.bytes.size();
  if (size > net_.allowance) {
    reject("arrays are shared until they are many times the file's size");
  }
  net_.allowance -= size;
  net_.arrays_read.insert(name);
  return found->second;
}

Tensor MxnetNode::parameter(const std::string& name, const Shape& wanted) {
  const MxnetArray& found = array(name);
  Tensor values;
  within("array " + in_quotes(name), [&] {
    if (!wanted.empty() && found.shape != wanted) {
      reject("has shape " + to_string(found.shape) + "; the node takes " + to_string(wanted));
    }
    values = to_floats(found);
  });
  return values;
}

NodeId MxnetNode::add(Op op, std::vector<NodeId> inputs, const std::string& suffix) {
  return net_.add(name() + suffix, std::move(op), std::move(inputs));
}

NodeId MxnetNode::flattened(NodeId node) {
  if (rank(node) == 2) return node;
  return add(Reshape{{{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer}}}, {node}, ".flat");
}

NodeId MxnetNode::sign(NodeId node, Pair pad) {
  const auto [made, is_new] = net_.signs.try_emplace({node, pad.h, pad.w}, -1);
  if (!is_new) return made->second;
  const auto* known =
      std::get_if<FakeQuantize>(&net_.graph.nodes[static_cast<std::size_t>(node)].op);
  if (known && pad == Pair{0, 0}) return made->second = node;
  if (pad != Pair{0, 0}) {
    node = add(Pad{{0, 0, pad.h, pad.w}, {0, 0, pad.h, pad.w}}, {node}, ".pad");
  }
  return made->second = add(FakeQuantize{Grid{.bits = 1, .is_signed = true}}, {node}, ".sign");
}

}  // namespace bench
