#include "models/formats/onnx_node.h"

#include <algorithm>

#include "models/error.h"
#include "models/formats/read_file.h"

namespace bench {

OnnxNode::OnnxNode(OnnxNodeText text, int opset, OnnxGraph& graph, bool on_numbers)
    : text_(std::move(text)),
      opset_(opset),
      graph_(graph),
      asked_(text_.inputs.size()),
      on_numbers_(on_numbers) {}

OnnxAttribute* OnnxNode::take(std::string_view name) {
  for (OnnxAttribute& attribute : text_.attributes) {
    if (attribute.name != name) continue;
    attribute.understood = true;
    return &attribute;
  }
  return nullptr;
}

template <class T>
T* OnnxNode::take_as(std::string_view name, std::string_view kind) {
  OnnxAttribute* attribute = take(name);
  if (!attribute) return nullptr;
  T* value = std::get_if<T>(&attribute->value);
  if (!value) reject("attribute " + in_quotes(name) + " is no " + std::string(kind));
  return value;
}

std::int64_t OnnxNode::integer(std::string_view name, std::int64_t otherwise) {
  const auto* value = take_as<std::int64_t>(name, "whole number");
  return value ? *value : otherwise;
}

float OnnxNode::real(std::string_view name, float otherwise) {
  const auto* value = take_as<float>(name, "real number");
  return value ? *value : otherwise;
}

std::string OnnxNode::text(std::string_view name, std::string otherwise) {
  const auto* value = take_as<std::string>(name, "text");
  return value ? *value : std::move(otherwise);
}

std::optional<std::vector<std::int64_t>> OnnxNode::integers(std::string_view name) {
  const auto* value = take_as<std::vector<std::int64_t>>(name, "list of whole numbers");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::vector<float>> OnnxNode::reals(std::string_view name) {
  const auto* value = take_as<std::vector<float>>(name, "list of real numbers");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<Tensor> OnnxNode::tensor(std::string_view name) {
  const auto* value = take_as<Tensor>(name, "tensor");
  return value ? std::optional(*value) : std::nullopt;
}

OnnxValue& OnnxNode::value(std::size_t i) {
  if (!has_input(i)) reject("input " + std::to_string(i) + " is missing");
  asked_[i] = true;
  return *graph_.find(text_.inputs[i]);
}

NodeId OnnxNode::input(std::size_t i) {
  if (auto* numbers = std::get_if<OnnxNumbers>(&value(i))) return carry(i, *numbers);
  if (carried_) refuse("works on quantised numbers and on reals");
  return graph_.as_node(text_.inputs[i]);
}

NodeId OnnxNode::carry(std::size_t i, OnnxNumbers& numbers) {
  if (!on_numbers_) {
    refuse("of the quantised numbers " + in_quotes(text_.inputs[i]) +
           "; a DequantizeLinear must stand before it");
  }
  if (numbers.grid.axis >= 0) refuse("of numbers quantised per channel");
  if (carried_ && *carried_ != numbers.grid) refuse("of numbers of unlike grids");
  for (std::size_t other = 0; other < i; ++other) {
    const bool real = asked_[other] && std::holds_alternative<NodeId>(value(other));
    if (real) refuse("works on quantised numbers and on reals");
  }
  const NodeId node = graph_.on_grid(numbers);
  carried_ = numbers.grid;
  return node;
}

OnnxValue OnnxNode::pass_on(std::size_t i) {
  OnnxValue& found = value(i);
  if (auto* numbers = std::get_if<OnnxNumbers>(&found)) graph_.on_grid(*numbers);
  if (const auto* tensor = std::get_if<Tensor>(&found)) copy(*tensor);
  if (const auto* parameter = std::get_if<OnnxParameter>(&found)) copy(parameter->numbers);
  return found;
}

const OnnxParameter* OnnxNode::quantised_parameter(std::size_t i) {
  const auto* found = std::get_if<OnnxParameter>(&value(i));
  return found && found->numbers.type() != DType::i32 ? found : nullptr;
}

bool OnnxNode::is_constant(std::size_t i) {
  const OnnxValue& found = value(i);
  const auto* node = std::get_if<NodeId>(&found);
  if (node) return graph_.constant(*node) != nullptr;
  return std::holds_alternative<Tensor>(found) || std::holds_alternative<OnnxParameter>(found);
}

const Tensor& OnnxNode::copy(const Tensor& tensor) {
  graph_.count_copied(tensor.bytes().size());
  return tensor;
}

Tensor OnnxNode::constant(std::size_t i, std::string_view what) {
  const OnnxValue& found = value(i);
  if (const auto* tensor = std::get_if<Tensor>(&found)) return copy(*tensor);
  if (const auto* parameter = std::get_if<OnnxParameter>(&found)) {
    graph_.count_copied(static_cast<std::size_t>(parameter->numbers.size()) * sizeof(float));
    return dequantize(parameter->grid, parameter->numbers, what);
  }
  const NodeId node = is_numbers(i) ? -1 : input(i);
  if (const Tensor* tensor = node < 0 ? nullptr : graph_.constant(node)) {
    return copy(*tensor);
  }
  refuse(std::string(what) + " (input " + std::to_string(i) + ", " + in_quotes(text_.inputs[i]) +
         ") must be a constant");
}

Tensor OnnxNode::parameter(std::size_t i, std::string_view what) {
  Tensor tensor = constant(i, what);
  if (tensor.type() == DType::f32) return tensor;
  reject(std::string(what) + " holds whole numbers (" + std::string(name_of(tensor.type())) + ")");
}

LayerParameter OnnxNode::layer_parameter(std::size_t i, std::string_view what) {
  if (const auto* found = std::get_if<OnnxParameter>(&value(i))) {
    return {copy(found->numbers), found->grid};
  }
  return {parameter(i, what)};
}

Integers OnnxNode::whole_numbers(std::size_t i) {
  if (const auto* integers = std::get_if<Integers>(&value(i))) return *integers;
  return integers_of(constant(i, "a shape"));
}

std::vector<std::int64_t> OnnxNode::known_numbers(std::size_t i) {
  std::vector<std::int64_t> result;
  for (const Size& size : whole_numbers(i).values) {
    if (!size.value) {
      refuse("input " + std::to_string(i) + " follows the image's size in a way that cannot be " +
             "followed");
    }
    result.push_back(*size.value);
  }
  return result;
}

bool OnnxNode::is_whole(std::size_t i) {
  const OnnxValue& found = value(i);
  if (std::holds_alternative<Integers>(found)) return true;
  const auto* tensor = std::get_if<Tensor>(&found);
  return tensor && tensor->type() != DType::f32 && tensor->rank() <= 1;
}

bool OnnxNode::on_shapes() {
  bool some_shape = false, all_whole = input_count() > 0;
  for (std::size_t i = 0; i < input_count(); ++i) {
    const OnnxValue& found = value(i);
    const auto* node = std::get_if<NodeId>(&found);
    if (node && !graph_.constant(*node)) return false;
    some_shape = some_shape || std::holds_alternative<Integers>(found);
    all_whole = all_whole && is_whole(i);
  }
  return some_shape || all_whole;
}

int OnnxNode::axis_of(std::int64_t axis, std::size_t rank) {
  const auto wide = static_cast<std::int64_t>(rank);
  if (axis < -wide || axis >= wide) {
    reject("axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) +
           " dimensions");
  }
  return static_cast<int>(axis < 0 ? axis + wide : axis);
}

NodeId OnnxNode::add(Op op, std::vector<NodeId> inputs) {
  return graph_.add(name(), std::move(op), std::move(inputs));
}

void OnnxNode::give(OnnxValue value) {
  if (carried_ && std::holds_alternative<NodeId>(value)) {
    value = OnnxNumbers{std::get<NodeId>(value), *carried_};
  }
  if (given_ < text_.outputs.size() && !text_.outputs[given_].empty()) {
    graph_.define(text_.outputs[given_], std::move(value));
  }
  ++given_;
}

void OnnxNode::check_all_understood() const {
  for (const OnnxAttribute& attribute : text_.attributes) {
    if (!attribute.understood)
      refuse("attribute " + in_quotes(attribute.name) + " is not supported");
  }
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    if (!asked_[i] && has_input(i)) {
      refuse("input " + std::to_string(i) + " is not supported in opset " + std::to_string(opset_));
    }
  }
}

}  // namespace bench
