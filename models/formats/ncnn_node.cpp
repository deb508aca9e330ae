#include "models/formats/ncnn_node.h"

#include <algorithm>
#include <cmath>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/shapes.h"

namespace bench {
namespace {

constexpr int largest_size = 1 << 20;

std::size_t rank_of(const Op& op, std::size_t widest) {
  if (const auto* reshape = std::get_if<Reshape>(&op)) return reshape->dims.size();
  if (const auto* constant = std::get_if<Constant>(&op)) return constant->value.rank();
  const auto* reduce = std::get_if<Reduce>(&op);
  return reduce && !reduce->keep_dims ? widest - reduce->axes.size() : widest;
}

}  // namespace

NodeId NcnnNetwork::add(std::string name, Op op, std::vector<NodeId> inputs) {
  std::size_t widest = 0;
  for (const NodeId id : inputs) widest = std::max(widest, ranks[static_cast<std::size_t>(id)]);
  ranks.push_back(rank_of(op, widest));
  const NodeId id = graph.add(std::move(name), std::move(op), std::move(inputs));
  const Node& node = graph.nodes.back();
  std::vector<const Shape*> from;
  for (const NodeId i : node.inputs) from.push_back(&shapes[static_cast<std::size_t>(i)]);
  const bool known = std::ranges::none_of(from, [](const Shape* s) { return s->empty(); });
  shapes.push_back(known ? infer_shape(node, from) : Shape{});
  count(shapes.back());
  return id;
}

NcnnNode::NcnnNode(const NcnnLayer& layer, NcnnNetwork& network) : layer_(layer), net_(network) {
  for (const std::string& blob : layer.inputs) {
    const auto found = net_.blobs.find(blob);
    if (found == net_.blobs.end()) {
      reject("reads " + in_quotes(blob) + ", which no layer before it gives");
    }
    inputs_.push_back(found->second);
  }
}

NodeId NcnnNode::input(std::size_t i) const {
  if (i >= inputs_.size()) reject("has no input " + std::to_string(i));
  return inputs_[i];
}

const Shape& NcnnNode::shape(NodeId node) const {
  const Shape& known = net_.shapes[static_cast<std::size_t>(node)];
  if (known.empty()) refuse("depends on the image's size, which the file's Input leaves open");
  return known;
}

int NcnnNode::graph_axis(int axis, std::size_t rank) {
  const int axes = static_cast<int>(rank) - 1;
  if (axis < -axes || axis >= axes) {
    reject("axis " + std::to_string(axis) + " of a blob with " + std::to_string(axes) + " axes");
  }
  return axis < 0 ? axis + axes + 1 : axis + 1;
}

int NcnnNode::size(int key, int otherwise, int least) const {
  const int value = layer_.integer(key, otherwise);
  if (value < least || value > largest_size) {
    reject("key " + std::to_string(key) + " is " + std::to_string(value));
  }
  return value;
}

NodeId NcnnNode::add(Op op, std::vector<NodeId> inputs, const std::string& suffix) {
  return net_.add(layer_.name + suffix, std::move(op), std::move(inputs));
}

NodeId NcnnNode::on_grid(NodeId node, float scale, const char* what) {
  Grid grid;
  grid.narrow = true;
  grid.rounding = Rounding::half_away;
  grid.scale = {1 / scale};
  if (!(scale > 0) || !std::isfinite(scale) || !std::isfinite(grid.scale[0])) {
    reject("its " + std::string(what) + " scale is " + std::to_string(scale));
  }
  const Op& op = net_.graph.nodes[static_cast<std::size_t>(node)].op;
  const auto* known = std::get_if<FakeQuantize>(&op);
  if (known && std::get<Grid>(known->grid) == grid) return node;
  const auto [made, is_new] = net_.quantised.try_emplace({node, scale}, -1);
  if (is_new) made->second = add(FakeQuantize{grid}, {node}, std::string(".") + what);
  return made->second;
}

NodeId NcnnNode::flattened(NodeId node) {
  if (rank(node) == 2) return node;
  return add(Reshape{{{Dim::Kind::fixed, 1}, {Dim::Kind::infer}}}, {node}, ".flat");
}

NodeId NcnnNode::activated(NodeId node) {
  const std::vector<double> given = layer_.list(10);
  const auto value = [&](std::size_t i) {
    if (i >= given.size()) reject("its activation needs " + std::to_string(i + 1) + " numbers");
    return static_cast<float>(given[i]);
  };
  using Kind = Activation::Kind;
  Activation op;
  switch (layer_.integer(9)) {
    case 0: return node;
    case 1: break;
    case 2: op = {Kind::leaky_relu, value(0)}; break;
    case 3: op = {Kind::clip, value(0), value(1)}; break;
    case 4: op = {Kind::sigmoid}; break;
    default: refuse("activation " + std::to_string(layer_.integer(9)));
  }
  return add(op, {node}, ".activation");
}

void NcnnNode::give(NodeId node) {
  for (const std::string& blob : layer_.outputs) {
    if (!net_.blobs.emplace(blob, node).second) {
      reject("gives " + in_quotes(blob) + ", which is there already");
    }
  }
}

}  // namespace bench
