#include "models/formats/onnx_graph.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"
#include "models/formats/read_file.h"
#include "models/reference.h"
#include "models/shapes.h"

namespace bench {
namespace {

constexpr std::int64_t largest_folded = std::int64_t{1} << 26;  // elements, of all nodes together
constexpr std::int64_t longest_shape = 4096;
// A quantised weight is copied twice on its way to its layer, four times if it becomes real.
constexpr std::size_t copies = 16, free_copies = std::size_t{1} << 28;

/// A Tensor of reals from a tensor of whole numbers.
Tensor as_real(const Tensor& tensor) {
  if (tensor.type() == DType::f32) return tensor;
  Tensor result(tensor.shape());
  const auto copy = [&](auto values) {
    std::transform(values.begin(), values.end(), result.data<float>().begin(),
                   [](auto x) { return static_cast<float>(x); });
  };
  switch (tensor.type()) {
    case DType::i64: copy(tensor.data<std::int64_t>()); break;
    case DType::i32: copy(tensor.data<std::int32_t>()); break;
    case DType::u8: copy(tensor.data<std::uint8_t>()); break;
    default: copy(tensor.data<std::int8_t>()); break;
  }
  return result;
}

Tensor as_real(const Integers& integers) {
  Shape shape;
  if (!integers.scalar) shape.push_back(static_cast<std::int64_t>(integers.values.size()));
  Tensor result(shape);
  for (std::size_t i = 0; i < integers.values.size(); ++i) {
    if (!integers.values[i].is_constant()) {
      throw Error(Fault::unsupported, "a size that follows the image is used as data");
    }
    result.data<float>()[i] = static_cast<float>(*integers.values[i].value);
  }
  return result;
}

/// The targets of a Reshape as Dims; `inputs` grows by the nodes that lend their sizes.
class DimMaker {
 public:
  DimMaker(const Sizes& data, std::vector<NodeId>& inputs) : data_(data), inputs_(inputs) {}

  std::vector<Dim> dims(const Sizes& target) {
    int strangers = 0;  // sizes that only inference or another node can give
    for (std::size_t i = 0; i < target.size(); ++i) {
      if (target[i].is(-1)) inferred_ = i;
      if (!target[i].is_constant() && !copied(target[i], i)) ++strangers;
    }
    std::vector<Dim> result;
    for (std::size_t i = 0; i < target.size(); ++i) {
      if (strangers == 1 && !inferred_ && !target[i].is_constant() && !copied(target[i], i)) {
        inferred_ = i;
      }
      result.push_back(inferred_ == i ? Dim{Dim::Kind::infer, -1, 0, 0} : dim(target[i], i));
    }
    return result;
  }

 private:
  std::optional<Dim> copied(const Size& size, std::size_t position) const {
    const auto dim = [](std::size_t axis) {
      return Dim{Dim::Kind::copy, 0, 0, static_cast<int>(axis)};
    };
    if (position < data_.size() && data_[position] == size) return dim(position);
    const auto found = std::find(data_.begin(), data_.end(), size);
    if (found == data_.end()) return std::nullopt;
    return dim(static_cast<std::size_t>(found - data_.begin()));
  }

  Dim dim(const Size& size, std::size_t position) {
    if (size.is_constant()) return {Dim::Kind::fixed, *size.value, 0, 0};
    if (const auto copy = copied(size, position)) return *copy;
    if (size.node >= 0 && size.factor == 1) {
      inputs_.push_back(size.node);
      return {Dim::Kind::copy, 0, static_cast<int>(inputs_.size()) - 1, size.axis};
    }
    if (size.value) return {Dim::Kind::fixed, *size.value, 0, 0};
    throw Error(Fault::unsupported,
                "dimension " + std::to_string(position) +
                    " is computed from the image's size in a way that cannot be followed");
  }

  const Sizes& data_;
  std::vector<NodeId>& inputs_;
  std::optional<std::size_t> inferred_;
};

bool keeps_shape(const std::vector<Dim>& dims, std::size_t rank, const Sizes& data) {
  if (dims.size() != rank) return false;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool copied = dims[i] == Dim{Dim::Kind::copy, 0, 0, static_cast<int>(i)};
    const bool fixed = dims[i].kind == Dim::Kind::fixed && data[i].is(dims[i].value);
    if (!copied && !fixed) return false;
  }
  return true;
}

}  // namespace

NodeId OnnxGraph::add(const std::string& name, Op op, std::vector<NodeId> inputs) {
  std::vector<Sizes> input_sizes;
  for (const NodeId input : inputs) input_sizes.push_back(sizes(input));
  const auto id = static_cast<NodeId>(graph_.nodes.size());
  Sizes result = infer_sizes(op, input_sizes, id);

  if (auto value = folded(name, op, inputs)) {
    op = Constant{std::move(*value)};
    inputs.clear();
  }
  sizes_.push_back(std::move(result));
  return graph_.add(unique(name), std::move(op), std::move(inputs));
}

std::optional<Tensor> OnnxGraph::folded(const std::string& name, const Op& op,
                                        const std::vector<NodeId>& inputs) {
  if (inputs.empty()) return std::nullopt;
  if (std::holds_alternative<FakeQuantize>(op)) return std::nullopt;  // its grid would be lost
  Graph alone;  // the node with its inputs, so that it is checked before it is run
  alone.add("image", Input{{1}});
  std::vector<const Tensor*> values;
  std::vector<const Shape*> shapes;
  Node node{name, op, {}};
  for (const NodeId input : inputs) {
    const Tensor* value = constant(input);
    if (!value) return std::nullopt;
    values.push_back(value);
    shapes.push_back(&value->shape());
    node.inputs.push_back(alone.add("input " + std::to_string(values.size()), Constant{*value}));
  }
  alone.nodes.push_back(node);
  alone.outputs.push_back({name, static_cast<NodeId>(alone.nodes.size()) - 1});
  validate(alone);
  const Shape shape = infer_shape(node, shapes);
  if (count(shape) > largest_folded - folded_) return std::nullopt;
  folded_ += count(shape);
  return evaluate_node(op, values, shape);
}

NodeId OnnxGraph::reshape(const std::string& name, NodeId data, const Sizes& target) {
  if (std::ranges::count_if(target, [](const Size& s) { return s.is(-1); }) > 1) {
    throw Error(Fault::bad_data, "has more than one dimension of -1");
  }
  std::vector<NodeId> inputs = {data};
  std::vector<Dim> dims = DimMaker(sizes(data), inputs).dims(target);
  for (const Dim& dim : dims) {
    if (dim.kind == Dim::Kind::fixed && dim.value < 0) {
      throw Error(Fault::bad_data, "has the dimension " + std::to_string(dim.value));
    }
  }
  if (keeps_shape(dims, sizes(data).size(), sizes(data))) return data;
  return add(name, Reshape{std::move(dims)}, std::move(inputs));
}

const Tensor* OnnxGraph::constant(NodeId node) const {
  const auto* op = std::get_if<Constant>(&graph_.nodes[static_cast<std::size_t>(node)].op);
  return op ? &op->value : nullptr;
}

void OnnxGraph::define(const std::string& name, OnnxValue value) {
  if (!values_.emplace(name, std::move(value)).second) {
    throw Error(Fault::bad_data, "gives " + in_quotes(name) + ", which is given already");
  }
}

OnnxValue* OnnxGraph::find(const std::string& name) {
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

NodeId OnnxGraph::as_node(const std::string& name) {
  OnnxValue& value = values_.at(name);
  if (const auto* node = std::get_if<NodeId>(&value)) return *node;
  if (auto* parameter = std::get_if<OnnxParameter>(&value)) return as_node(name, *parameter);
  if (std::holds_alternative<OnnxNumbers>(value)) {
    throw Error(Fault::bad_data, "wants reals, but " + in_quotes(name) +
                                     " is quantised numbers; a DequantizeLinear is missing");
  }
  const auto* tensor = std::get_if<Tensor>(&value);
  const NodeId node =
      add(name, Constant{tensor ? as_real(*tensor) : as_real(std::get<Integers>(value))});
  value = node;
  return node;
}

NodeId OnnxGraph::on_grid(OnnxNumbers& numbers) {
  if (!numbers.name.empty()) {
    numbers.real = add(numbers.name, FakeQuantize{numbers.grid}, {numbers.real});
    numbers.name.clear();
  }
  return numbers.real;
}

NodeId OnnxGraph::as_node(const std::string& name, OnnxParameter& parameter) {
  if (parameter.node >= 0) return parameter.node;
  parameter.node = add(name, Constant{dequantize(parameter.grid, parameter.numbers, name)});
  if (parameter.numbers.type() != DType::i32) {
    parameter.node = add(name, FakeQuantize{parameter.grid}, {parameter.node});
  }
  return parameter.node;
}

void OnnxGraph::count_copied(std::size_t bytes) {
  copied_ += bytes;
  if (copied_ > free_copies + copies * held_) {
    throw Error(Fault::unsupported, "the file reads its constants so often that they would fill " +
                                        std::to_string(copied_ >> 20) + " MiB");
  }
}

Graph OnnxGraph::finish(const std::vector<Output>& outputs) && {
  std::vector<bool> needed(graph_.nodes.size());
  needed[0] = true;
  for (const Output& output : outputs) needed[static_cast<std::size_t>(output.node)] = true;
  for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const NodeId input : graph_.nodes[i].inputs)
      needed[static_cast<std::size_t>(input)] = true;
  }
  Graph result;
  std::vector<NodeId> moved(graph_.nodes.size());
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    if (!needed[i]) continue;
    Node& node = graph_.nodes[i];
    for (NodeId& input : node.inputs) input = moved[static_cast<std::size_t>(input)];
    moved[i] = result.add(std::move(node.name), std::move(node.op), std::move(node.inputs));
  }
  for (const Output& output : outputs) {
    result.outputs.push_back({output.name, moved[static_cast<std::size_t>(output.node)]});
  }
  return result;
}

std::string OnnxGraph::unique(const std::string& name) {
  std::string candidate = name;
  int& uses = uses_[name];
  while (uses++ > 0) {
    candidate = name + "#" + std::to_string(uses);
    if (uses_.emplace(candidate, 1).second) break;
  }
  return candidate;
}

Integers integers_of(const Tensor& tensor) {
  if (tensor.rank() > 1 || tensor.size() > longest_shape) {
    throw Error(Fault::bad_data, "wants whole numbers, got a tensor " + to_string(tensor.shape()));
  }
  Integers result{{}, tensor.rank() == 0, tensor.type() == DType::f32};
  const auto copy = [&](auto values) {
    for (const auto x : values) {
      const auto whole = static_cast<std::int64_t>(x);
      if (static_cast<double>(whole) != static_cast<double>(x)) {
        throw Error(Fault::unsupported, "computes sizes with " + std::to_string(x));
      }
      result.values.push_back(constant_size(whole));
    }
  };
  switch (tensor.type()) {
    case DType::f32:
      for (const float x : tensor.data<float>()) {
        if (!(std::abs(x) < 0x1p53f)) {
          throw Error(Fault::bad_data, "computes sizes with " + std::to_string(x));
        }
      }
      copy(tensor.data<float>());
      break;
    case DType::i64: copy(tensor.data<std::int64_t>()); break;
    case DType::i32: copy(tensor.data<std::int32_t>()); break;
    case DType::u8: copy(tensor.data<std::uint8_t>()); break;
    case DType::i8: copy(tensor.data<std::int8_t>()); break;
  }
  return result;
}

}  // namespace bench
