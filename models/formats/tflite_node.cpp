#include "models/formats/tflite_node.h"

#include <algorithm>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/shapes.h"

namespace bench {
namespace {

constexpr int largest_size = 1 << 16;

/// Whether N x H x W x C and N x C x H x W are the same sequence of elements.
bool is_flat(const Shape& file_shape) {
  return file_shape.size() != 4 || file_shape[3] == 1 || file_shape[1] * file_shape[2] == 1;
}

/// The shape a parameter of lower rank is broadcast from, in the graph's order.
Shape image_shape(Shape shape) {
  shape.insert(shape.begin(), 4 - shape.size(), 1);
  return {shape[0], shape[3], shape[1], shape[2]};
}

/// N x H x W x C -> N x C x H x W.
Tensor to_image(const Tensor& t) {
  const Shape shape = image_shape(t.shape());
  const std::int64_t channels = shape[1], pixels = shape[2] * shape[3];
  Tensor result(shape);
  const float* from = t.data<float>().data();
  float* to = result.data<float>().data();
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t p = 0; p < pixels; ++p) *to++ = from[(n * pixels + p) * channels + c];
    }
  }
  return result;
}

Activation activation_of(TfliteFused fused) {
  switch (fused) {
    case TfliteFused::relu: return {Activation::Kind::relu};
    case TfliteFused::relu_n1_to_1: return {Activation::Kind::clip, -1, 1};
    case TfliteFused::relu6: return {Activation::Kind::clip, 0, 6};
    case TfliteFused::tanh: return {Activation::Kind::tanh};
    case TfliteFused::none: break;
  }
  refuse("fused activation " + std::to_string(static_cast<int>(fused)));
}

/// The grid of a tensor of `rank` axes, in the graph's order.
std::optional<Grid> in_graph(std::optional<Grid> grid, std::size_t rank) {
  if (grid && grid->axis >= 0) grid->axis = TfliteNode::graph_axis(grid->axis, rank);
  return grid;
}

}  // namespace

NodeId TfliteNetwork::add(std::string name, Op op, std::vector<NodeId> inputs) {
  if (!names.insert(name).second) {
    name += "#" + std::to_string(graph.nodes.size());
    if (!names.insert(name).second) reject("the name " + in_quotes(name) + " is taken");
  }
  quantised_by.push_back(grid_kept_by(op, inputs));
  const NodeId id = graph.add(std::move(name), std::move(op), std::move(inputs));
  const Node& node = graph.nodes.back();
  std::vector<const Shape*> from;
  for (const NodeId i : node.inputs) from.push_back(&shapes[static_cast<std::size_t>(i)]);
  shapes.push_back(infer_shape(node, from));
  count(shapes.back());
  return id;
}

const Grid* TfliteNetwork::grid_at(NodeId quantiser) const {
  const Op& op = graph.nodes[static_cast<std::size_t>(quantiser)].op;
  return &std::get<Grid>(std::get<FakeQuantize>(op).grid);
}

// Ops whose results are some of the numbers they read; a Pad adds zeros, which every grid has.
NodeId TfliteNetwork::grid_kept_by(const Op& op, const std::vector<NodeId>& inputs) const {
  const bool moves = std::holds_alternative<MaxPool>(op) || std::holds_alternative<Concat>(op) ||
                     std::holds_alternative<Reshape>(op) || std::holds_alternative<Transpose>(op) ||
                     std::holds_alternative<Pad>(op);
  if (!moves) return -1;
  const NodeId first = quantised_by[static_cast<std::size_t>(inputs[0])];
  const Grid* grid = first < 0 ? nullptr : grid_at(first);
  const bool alike = std::all_of(inputs.begin(), inputs.end(), [&](NodeId id) {
    const NodeId own = quantised_by[static_cast<std::size_t>(id)];
    return own >= 0 && grid && *grid_at(own) == *grid;
  });
  return alike ? first : -1;
}

NodeId TfliteNetwork::on_grid(NodeId node, std::optional<Grid> grid) {
  if (!grid) return node;
  const NodeId by = quantised_by[static_cast<std::size_t>(node)];
  if (by >= 0 && *grid_at(by) == *grid) return node;
  const bool one_scale = grid->axis < 0;
  std::string name = graph.nodes[static_cast<std::size_t>(node)].name + ".grid";
  const NodeId result = add(std::move(name), FakeQuantize{std::move(*grid)}, {node});
  if (one_scale) quantised_by.back() = result;
  return result;
}

void TfliteNetwork::define(int tensor, NodeId node) {
  const auto t = static_cast<std::size_t>(tensor);
  if (tensor < 0 || t >= tensors.size()) reject("gives tensor " + std::to_string(tensor));
  if (nodes[t] >= 0 || tensors[t].is_constant()) {
    reject("gives " + in_quotes(tensors[t].name) + ", which is there already");
  }
  const std::size_t rank = shapes[static_cast<std::size_t>(node)].size();
  nodes[t] = on_grid(node, in_graph(grid_of(tensors[t]), rank));
}

TfliteNode::TfliteNode(const FlatTable& op, TfliteNetwork& network)
    : net_(network),
      options_(op.table(4)),
      inputs_(op.numbers<std::int32_t>(1)),
      outputs_(op.numbers<std::int32_t>(2)) {
  const auto in_file = [&](std::int32_t t) {
    return t < static_cast<std::int64_t>(net_.tensors.size());
  };
  if (!std::all_of(inputs_.begin(), inputs_.end(), in_file) ||
      !std::all_of(outputs_.begin(), outputs_.end(), in_file) ||
      std::any_of(outputs_.begin(), outputs_.end(), [](std::int32_t t) { return t < 0; })) {
    reject("an operator names a tensor that is not there");
  }
  if (outputs_.empty()) reject("an operator has no result");
  name_ = result().name;
}

int TfliteNode::integer(int field, int otherwise) const {
  return options_ ? options_->number<std::int32_t>(field, otherwise) : otherwise;
}

int TfliteNode::enumerator(int field) const {
  return options_ ? options_->number<std::int8_t>(field, 0) : 0;
}

float TfliteNode::real(int field, float otherwise) const {
  return options_ ? options_->number<float>(field, otherwise) : otherwise;
}

std::vector<std::int64_t> TfliteNode::integers(int field) const {
  if (!options_) return {};
  const auto list = options_->numbers<std::int32_t>(field);
  return {list.begin(), list.end()};
}

int TfliteNode::size(int field, int otherwise) const {
  const int value = integer(field, otherwise);
  if (value < 1 || value > largest_size) {
    reject("option " + std::to_string(field) + " is " + std::to_string(value));
  }
  return value;
}

const TfliteTensor& TfliteNode::tensor(std::size_t i) const {
  if (!has_input(i)) reject("has no input " + std::to_string(i));
  return net_.tensors[static_cast<std::size_t>(inputs_[i])];
}

const TfliteTensor& TfliteNode::result() const {
  return net_.tensors[static_cast<std::size_t>(outputs_[0])];
}

bool TfliteNode::gives_only_indices() const {
  return std::all_of(outputs_.begin(), outputs_.end(), [&](std::int32_t t) {
    const TfliteTensor& given = net_.tensors[static_cast<std::size_t>(t)];
    return given.is_index() && given.scale.empty();
  });
}

NodeId TfliteNode::input(std::size_t i) {
  const TfliteTensor& wanted = tensor(i);
  if (wanted.is_constant()) return operand(i, wanted.shape.size());
  const NodeId node = net_.nodes[static_cast<std::size_t>(inputs_[i])];
  if (node < 0) reject("reads " + in_quotes(wanted.name) + ", which no operator before it gives");
  return node;
}

std::size_t TfliteNode::input_rank(std::size_t i) {
  return is_constant(i) ? tensor(i).shape.size() : rank(input(i));
}

NodeId TfliteNode::operand(std::size_t i, std::size_t wanted_rank) {
  if (!is_constant(i)) {
    const NodeId node = input(i);
    if (wanted_rank == 4 && rank(node) != 4) {
      refuse("broadcasting " + in_quotes(tensor(i).name) + " of shape " + to_string(shape(node)));
    }
    return node;
  }
  Tensor values = parameter(i);
  std::optional<Grid> grid = grid_of(tensor(i));
  if (wanted_rank == 4) {
    if (values.rank() > 4) reject(in_quotes(tensor(i).name) + " has more axes than the result");
    if (grid && grid->axis >= 0) grid->axis += 4 - static_cast<int>(values.rank());
    values = to_image(values);
    grid = in_graph(std::move(grid), 4);
  }
  return net_.on_grid(net_.add(tensor(i).name, Constant{std::move(values)}, {}), std::move(grid));
}

const TfliteTensor& TfliteNode::constant(std::size_t i) {
  const TfliteTensor& wanted = tensor(i);
  if (!wanted.is_constant()) {
    refuse(in_quotes(wanted.name) + " should be a parameter kept in the file, and is computed");
  }
  return wanted;
}

Tensor TfliteNode::parameter(std::size_t i) { return real_values(constant(i), net_.file); }

TfliteParameter TfliteNode::weight(int channels) {
  const TfliteTensor& tensor = constant(1);
  if (tensor.type != TfliteTensor::float32) net_.weight_types.insert(tensor.type);
  return stored_weight(tensor, channels, net_.file);
}

TfliteParameter TfliteNode::bias() {
  if (!has_input(2)) return {};
  return stored_bias(constant(2), net_.file);
}

std::vector<std::int64_t> TfliteNode::whole_numbers(std::size_t i) {
  return bench::whole_numbers(tensor(i), net_.file);
}

Shape TfliteNode::file_shape(NodeId node) const {
  const Shape& s = shape(node);
  return s.size() == 4 ? Shape{s[0], s[2], s[3], s[1]} : s;
}

int TfliteNode::graph_axis(std::int64_t axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  if (axis < -n || axis >= n) {
    reject("axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) + " axes");
  }
  constexpr int of_image[] = {0, 2, 3, 1};
  const std::int64_t from_start = axis < 0 ? axis + n : axis;
  return rank == 4 ? of_image[from_start] : static_cast<int>(from_start);
}

NodeId TfliteNode::add(Op op, std::vector<NodeId> inputs, const std::string& suffix) {
  return net_.add(name_ + suffix, std::move(op), std::move(inputs));
}

NodeId TfliteNode::reshaped(NodeId node, const Shape& target) {
  if (target.empty()) refuse("a result without axes");
  if (target.size() > 8) refuse("a result with " + std::to_string(target.size()) + " axes");
  const Shape from = file_shape(node);
  if (!is_flat(from)) node = add(Transpose{{0, 2, 3, 1}}, {node}, "/nhwc");
  const Shape to = is_flat(target) && target.size() == 4 ? image_shape(target) : target;
  // The first axis follows the batch, which may be open.
  std::vector<Dim> dims = {to[0] == from[0] ? Dim{Dim::Kind::copy, 0, 0, 0}
                                            : Dim{Dim::Kind::infer, 0, 0, 0}};
  for (std::size_t i = 1; i < to.size(); ++i) dims.push_back({Dim::Kind::fixed, to[i], 0, 0});
  node = add(Reshape{std::move(dims)}, {node});
  return is_flat(target) ? node : add(Transpose{{0, 3, 1, 2}}, {node}, "/nchw");
}

void TfliteNode::give(NodeId node, int fused) {
  if (outputs_.size() > 1) refuse(std::to_string(outputs_.size()) + " results");
  if (fused != 0) {
    node = add(activation_of(static_cast<TfliteFused>(fused)), {node}, "/activation");
  }
  net_.define(outputs_[0], node);
}

void TfliteNode::pass_on(std::size_t i) {
  if (!is_constant(i)) return give(input(i));
  const auto to = static_cast<std::size_t>(outputs_[0]);
  if (net_.nodes[to] >= 0 || net_.tensors[to].is_constant()) reject("gives what is there already");
  net_.file.spend(tensor(i).scale.size() * 12);
  net_.tensors[to] = TfliteTensor(tensor(i));
}

}  // namespace bench
