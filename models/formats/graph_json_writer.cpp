#include <bit>
#include <charconv>
#include <cmath>

#include "models/formats/graph_fields.h"
#include "models/formats/graph_json.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench::graph_json {
namespace {

/// Puts one op's fields into an object of JSON, and its tensors beside it.
class FieldWriter {
 public:
  /// `place`: what the names of tensors begin with.
  FieldWriter(JsonObject& object, std::string place, std::map<std::string, Tensor>& tensors)
      : object_(object), place_(std::move(place)), tensors_(tensors) {}

  template <class T>
  void operator()(std::string_view key, const T& value) {
    object_.emplace_back(key, json(key, value));
  }

  template <class T>
  void tensor(std::string_view key, const std::vector<T>& list) {
    const Shape shape = {static_cast<std::int64_t>(list.size())};
    (*this)(key, list.empty() ? Tensor() : Tensor::of<T>(shape, std::span(list)));
  }

 private:
  Json json(std::string_view, bool value) { return value; }
  Json json(std::string_view, WholeNumber auto value) { return value; }
  Json json(std::string_view, Enum auto value) { return text_of(value); }
  Json json(std::string_view, float value) {
    if (std::isfinite(value)) return value;
    char digits[8];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, std::bit_cast<std::uint32_t>(value), 16);
    return "0x" + std::string(digits, end.ptr);
  }
  Json json(std::string_view, const Pair& v) { return JsonArray{v.h, v.w}; }
  Json json(std::string_view, const Padding& v) {
    return JsonArray{v.top, v.left, v.bottom, v.right};
  }

  Json json(std::string_view key, const Tensor& tensor) {
    if (tensor.shape().empty() && tensor.empty()) return nullptr;
    std::string name = place_ + std::string(key);
    while (tensors_.contains(name)) name += "_";  // another node has a dot in its name
    tensors_[name] = tensor;
    return name;
  }

  template <class T>
  Json json(std::string_view key, const std::vector<T>& list) {
    JsonArray array;
    for (const T& item : list) array.push_back(json(key, item));
    return array;
  }

  template <class T>
  Json json(std::string_view key, const std::optional<T>& value) {
    return value ? json(key, *value) : Json(nullptr);
  }

  Json json(std::string_view, const std::variant<Grid, DynamicGrid>& value) {
    JsonObject object;
    FieldWriter inner(object, place_, tensors_);
    if (const auto* grid = std::get_if<Grid>(&value)) {
      inner(grid_key, *grid);
    } else {
      inner(dynamic_key, std::get<DynamicGrid>(value));
    }
    return object;
  }

  template <class T>  // Grid, DynamicGrid, Dim
  requires std::is_class_v<T> Json json(std::string_view key, const T& value) {
    JsonObject object;
    FieldWriter inner(object, place_ + std::string(key) + ".", tensors_);
    fields(inner, value);
    return object;
  }

  JsonObject& object_;
  const std::string place_;
  std::map<std::string, Tensor>& tensors_;
};

Json json_of(const Node& node, std::map<std::string, Tensor>& tensors) {
  JsonArray inputs;
  for (const NodeId input : node.inputs) inputs.push_back(input);
  JsonObject object = {{"name", writable(node.name, "node")},
                       {"op", name_of(node.op)},
                       {"inputs", std::move(inputs)}};
  FieldWriter at(object, node.name + ".", tensors);
  std::visit([&](const auto& op) { fields(at, op); }, node.op);
  return object;
}

}  // namespace

std::string writable(const std::string& text, std::string_view what) {
  const Json back = parse_json(to_text(Json(text)), what);
  if (std::get<std::string>(back.value) != text) {
    refuse(std::string(what) + " " + in_quotes(text) + " is not UTF-8");
  }
  return text;
}

Json write(const Graph& graph, std::map<std::string, Tensor>& tensors) {
  JsonArray nodes, outputs;
  for (const Node& node : graph.nodes) nodes.push_back(json_of(node, tensors));
  for (const Output& output : graph.outputs) {
    outputs.push_back(JsonObject{{"name", writable(output.name, "output")}, {"node", output.node}});
  }
  return JsonObject{
      {"version", newest_version}, {"nodes", std::move(nodes)}, {"outputs", std::move(outputs)}};
}

}  // namespace bench::graph_json
