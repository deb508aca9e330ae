#include "bench/backends/one_bit/forms.h"

#include <algorithm>
#include <cmath>

#include "bench/onednn/fuse.h"

namespace bench::one_bit {
namespace {

constexpr Padding kNone{};

// The grid of a FakeQuantize whose values are -scale and +scale.
const Grid* binary_grid(const Node& node) {
  const auto* quantize = std::get_if<FakeQuantize>(&node.op);
  const auto* grid = quantize ? std::get_if<Grid>(&quantize->grid) : nullptr;
  return grid && is_binary(*grid) ? grid : nullptr;
}

Padding sum_of(const Padding& a, const Padding& b) {
  return {a.top + b.top, a.left + b.left, a.bottom + b.bottom, a.right + b.right};
}

float pad_value(const Node& node) { return std::get<Pad>(node.op).value; }

Padding own_padding(const Node& node) {
  const auto* conv = std::get_if<Conv2d>(&node.op);
  return conv ? conv->pad : kNone;
}

// The number of signs summed.
std::int64_t products_of(const Node& node) {
  if (const auto* linear = std::get_if<Linear>(&node.op)) return linear->weight.dim(1);
  const Tensor& weight = std::get<Conv2d>(node.op).weight;
  return weight.dim(1) * weight.dim(2) * weight.dim(3);
}

// Pixels in the same order, each with the same channels or with a part of them.
bool keeps_pixels(const Shape& from, const Shape& to) {
  if (from == to) return true;
  if (from.size() == 4 && to.size() == 2) {
    return from[0] == to[0] && from[1] * from[2] * from[3] == to[1];
  }
  return from.size() == 2 && to == Shape{from[0], from[1], 1, 1};
}

// The input that a function of elements is applied to.
NodeId argument_of(const Graph& graph, const Node& node) {
  const auto is_constant = [&](NodeId id) {
    return std::holds_alternative<Constant>(graph.nodes[static_cast<std::size_t>(id)].op);
  };
  return node.inputs.size() == 2 && is_constant(node.inputs[0]) ? node.inputs[1] : node.inputs[0];
}

}  // namespace

std::optional<Padding> spatial_padding(const Node& node) {
  const auto* pad = std::get_if<Pad>(&node.op);
  if (!pad || pad->before.size() != 4) return std::nullopt;
  const auto &before = pad->before, &after = pad->after;
  if (before[0] != 0 || after[0] != 0 || before[1] != 0 || after[1] != 0) return std::nullopt;
  if (std::min({before[2], before[3], after[2], after[3]}) < 0) return std::nullopt;
  const auto size = [](std::int64_t s) { return static_cast<int>(s); };
  return Padding{size(before[2]), size(before[3]), size(after[2]), size(after[3])};
}

PadValue sign_of(float value) { return value < 0 ? PadValue::minus_one : PadValue::plus_one; }

Forms::Forms(const Graph& graph, std::vector<Shape> shapes,
             const std::map<NodeId, BinaryWeights>& layers)
    : graph_(graph),
      shapes_(std::move(shapes)),
      layers_(layers),
      readers_(count_readers(graph)),
      values_(graph.nodes.size()) {
  const auto size = static_cast<NodeId>(graph.nodes.size());
  for (NodeId id = 0; id < size; ++id) at(id).scale = scale_of(id);
  for (const Output& output : graph.outputs) at(output.node).floats = true;
  for (NodeId id = size - 1; id >= 0; --id) settle(id);
}

float Forms::scale_of(NodeId id) const {
  const Node& n = node(id);
  const Op& op = n.op;
  if (const Grid* grid = binary_grid(n)) return grid->scale.size() == 1 ? grid->scale[0] : 0;
  const bool moves = std::holds_alternative<MaxPool>(op) || std::holds_alternative<Reshape>(op) ||
                     std::holds_alternative<Transpose>(op) || std::holds_alternative<Slice>(op);
  if (moves) return scale(n.inputs[0]);
  if (const auto* pad = std::get_if<Pad>(&op)) {
    return std::abs(pad->value) == scale(n.inputs[0]) ? scale(n.inputs[0]) : 0;
  }
  if (!std::holds_alternative<Concat>(op)) return 0;
  const float first = scale(n.inputs[0]);
  const auto same = [&](NodeId input) { return scale(input) == first; };
  return std::ranges::all_of(n.inputs, same) ? first : 0;
}

// Whether the layer's input has signs only, but for zeros around it.
bool Forms::reads_bits(NodeId layer) const {
  if (layers_.count(layer) == 0) return false;
  const Node& n = node(layer);
  NodeId value = n.inputs[0];
  if (spatial_padding(node(value)) && pad_value(node(value)) == 0) value = node(value).inputs[0];
  const std::size_t rank = std::holds_alternative<Linear>(n.op) ? 2 : 4;
  return scale(value) > 0 && shape(value).size() == rank && products_of(n) < 1 << 23;
}

LayerInput Forms::input_of(NodeId layer) const {
  LayerInput input{.value = node(layer).inputs[0], .is_bits = reads_bits(layer)};
  input.pad = own_padding(node(layer));
  const Node* before = &node(input.value);
  const bool dense = std::holds_alternative<Linear>(node(layer).op);  // has no padding of its own
  const auto pad = dense ? std::nullopt : spatial_padding(*before);
  const float value = pad ? pad_value(*before) : 0;
  const bool ones = !input.is_bits && std::abs(value) == 1 && input.pad == kNone;
  if (pad && (value == 0 || ones)) {
    input.around = ones ? sign_of(value) : PadValue::zero;
    input.pad = sum_of(input.pad, *pad);
    input.value = before->inputs[0];
  }
  if (input.is_bits) input.scale = scale(input.value);
  if (!input.is_bits || input.pad != kNone) return input;
  // Where there are no zeros, signs may stand around the map.
  for (; passes_signs(input.value); input.value = before->inputs[0]) {
    before = &node(input.value);
    if (binary_grid(*before)) continue;
    const auto more = spatial_padding(*before);
    if (!more) break;
    const PadValue sign = sign_of(pad_value(*before));
    if (input.pad != kNone && input.around != sign) break;
    input.pad = sum_of(input.pad, *more);
    input.around = sign;
  }
  return input;
}

std::optional<NodeId> Forms::only_signs_of(NodeId layer) const {
  const auto found = only_signs_.find(layer);
  return found == only_signs_.end() ? std::nullopt : std::optional(found->second);
}

bool Forms::append(Chain& chain, NodeId id) const {
  const Node& n = node(id);
  const auto* arithmetic = std::get_if<Arithmetic>(&n.op);
  if (!arithmetic) return chain.append(n);
  const NodeId value = argument_of(graph_, n), other = onednn::other_operand(n, value);
  const auto* constant = std::get_if<Constant>(&node(other).op);
  using Kind = Arithmetic::Kind;
  const bool turned =
      value != n.inputs[0] && (arithmetic->kind == Kind::sub || arithmetic->kind == Kind::div);
  if (!constant || turned || !onednn::is_per_channel(constant->value.shape(), shape(value)))
    return false;
  return chain.append(n, &constant->value);
}

Chain Forms::continued(Chain chain, const std::vector<NodeId>& path) const {
  for (const NodeId id : path) {
    if (!std::holds_alternative<MaxPool>(node(id).op)) append(chain, id);
  }
  return chain;
}

// Then the largest value has the largest sign.
bool Forms::increases(const Path& path, std::int64_t channels) const {
  const auto thresholds = continued({}, path).of_floats(static_cast<std::size_t>(channels));
  return std::ranges::none_of(thresholds, &Threshold<float>::at_most);
}

// Whether a path of signs may go on to the node's input.
bool Forms::hands_on(NodeId id) const {
  const Value& v = at(id);
  if (v.floats || node(id).inputs.empty()) return false;
  if (std::holds_alternative<MaxPool>(node(id).op)) {
    return std::ranges::all_of(v.paths,
                               [&](const Path& path) { return increases(path, shape(id)[1]); });
  }
  const std::size_t rank = shape(id).size();
  Chain chain;
  return (rank == 2 || rank == 4) && append(chain, id);
}

// Whether rows of the value were feature maps: pixel after pixel as bits, channel after channel as
// floats.
bool Forms::has_maps_as_rows(NodeId id) const {
  for (; shape(id).size() == 2; id = node(id).inputs[0]) {
    const bool reshaped = std::holds_alternative<Reshape>(node(id).op);
    if (!reshaped && !binary_grid(node(id))) return false;
    if (reshaped && shape(node(id).inputs[0]).size() == 4) return true;
  }
  return false;
}

// Whether the signs of this very node are those of its input, but for their places.
bool Forms::moves_signs(NodeId id) const {
  const Node& n = node(id);
  if (std::holds_alternative<Reshape>(n.op)) {
    return keeps_pixels(shape(n.inputs[0]), shape(id)) &&
           (shape(id).size() == 2 || !has_maps_as_rows(n.inputs[0]));
  }
  return binary_grid(n) || spatial_padding(n) || std::holds_alternative<MaxPool>(n.op);
}

void Forms::settle(NodeId id) {
  Value& v = at(id);
  if (readers_[static_cast<std::size_t>(id)] == 0) v.floats = true;  // even if by no one
  const bool moves = v.signs && moves_signs(id);
  if (v.signs && !moves) v.paths.push_back({});
  if (!v.paths.empty()) hands_on(id) ? hand_on(id) : end_paths(id);
  if (moves) pass(id);
  if (v.floats && !v.passes) want_inputs(id);
}

// The signs wanted of the node are taken from its input's, and floats from both if they are only
// two and in the same place.
void Forms::pass(NodeId id) {
  Value& v = at(id);
  const Node& n = node(id);
  const bool in_place = !std::holds_alternative<Reshape>(n.op) && !has_maps_as_rows(id);
  v.passes = !v.floats || (v.scale > 0 && in_place);
  if (!v.passes) {
    v.paths = {{}};
    return end_paths(id);
  }
  Value& input = at(n.inputs[0]);
  input.signs = true;
  input.signed_by = binary_grid(n) ? id : v.signed_by;
}

void Forms::hand_on(NodeId id) {
  Value& v = at(id);
  for (Path& path : v.paths) {
    path.insert(path.begin(), id);
    at(argument_of(graph_, node(id))).paths.push_back(std::move(path));
  }
  v.paths.clear();
}

// Thresholds stand here: on the sums of a layer of bits, of which then nothing else is wanted, or
// on floats.
void Forms::end_paths(NodeId id) {
  Value& v = at(id);
  const bool on_sums = !v.floats && v.paths.size() == 1 && reads_bits(id);
  for (Path& path : v.paths) {
    const NodeId end = path.empty() ? id : path.back();
    if (on_sums) only_signs_[id] = end;
    paths_[end] = {id, std::move(path)};
  }
  v.paths.clear();
  v.floats = !on_sums;
  if (on_sums) want_inputs(id);
}

void Forms::want_inputs(NodeId id) {
  if (layers_.count(id) > 0) {
    const LayerInput input = input_of(id);
    (input.is_bits ? at(input.value).signs : at(input.value).floats) = true;
    return;
  }
  for (const NodeId input : node(id).inputs) at(input).floats = true;
}

}  // namespace bench::one_bit
