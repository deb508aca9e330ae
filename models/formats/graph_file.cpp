#include "models/formats/graph_file.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "models/formats/formats.h"
#include "models/formats/graph_fields.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/formats/safetensors.h"
#include "models/json.h"
#include "models/registry.h"

namespace bench {
namespace {

constexpr std::string_view graph_note = "quantbench.graph";
constexpr std::int64_t newest_version = 1;

template <class T>
concept Enum = std::is_enum_v<T>;
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

constexpr const char* grid_key = "grid";
constexpr const char* dynamic_key = "dynamic_grid";

// ---- writing ----

// A name that UTF-8 cannot write would come back as another.
std::string writable(const std::string& text, std::string_view what) {
  const Json back = parse_json(to_text(Json(text)), what);
  if (std::get<std::string>(back.value) != text) {
    refuse(std::string(what) + " " + in_quotes(text) + " is not UTF-8");
  }
  return text;
}

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

Json json_of(const Graph& graph, std::map<std::string, Tensor>& tensors) {
  JsonArray nodes, outputs;
  for (const Node& node : graph.nodes) nodes.push_back(json_of(node, tensors));
  for (const Output& output : graph.outputs) {
    outputs.push_back(JsonObject{{"name", writable(output.name, "output")}, {"node", output.node}});
  }
  return JsonObject{
      {"version", newest_version}, {"nodes", std::move(nodes)}, {"outputs", std::move(outputs)}};
}

// ---- reading ----

/// Takes one op's fields out of an object of JSON, and its tensors out of the file's.
class FieldReader {
 public:
  FieldReader(JsonFields& from, std::map<std::string, Tensor>& tensors)
      : from_(from), tensors_(tensors) {}

  void operator()(const char* key, bool& value) { value = from_.boolean(key); }

  template <WholeNumber T>
  void operator()(const char* key, T& value) {
    value = narrow<T>(key, from_.integer(key));
  }

  template <Enum T>
  void operator()(const char* key, T& value) {
    const std::string text = from_.text(key);
    std::vector<std::string> known;
    for (int i = 0; !text_of(static_cast<T>(i)).empty(); ++i) {
      if (text == text_of(value = static_cast<T>(i))) return;
      known.emplace_back(text_of(value));
    }
    from_.fail(key, unknown_name("kind", text, known));
  }

  void operator()(const char* key, float& value) {
    const Json json = from_.json(key);
    if (const auto* text = std::get_if<std::string>(&json.value)) {
      value = float_of_bits(key, *text);
    } else {
      value = static_cast<float>(from_.number(key));
      if (!std::isfinite(value)) from_.fail(key, "a number that no float holds");
    }
  }

  void operator()(const char* key, Pair& v) {
    const auto list = integers<int>(key, 2);
    v = {list[0], list[1]};
  }
  void operator()(const char* key, Padding& v) {
    const auto list = integers<int>(key, 4);
    v = {list[0], list[1], list[2], list[3]};
  }

  void operator()(const char* key, Tensor& value) {
    if (is_null(key)) return;
    const std::string name = from_.text(key);
    auto found = tensors_.extract(name);
    if (!found)
      from_.fail(key,
                 "tensor " + in_quotes(name) + " is not in the file, or a field before has it");
    value = std::move(found.mapped());
  }

  template <class T>
  void tensor(const char* key, std::vector<T>& list) {
    Tensor values;
    (*this)(key, values);
    list.clear();
    if (values.empty()) return;
    if (values.type() != dtype_of<T>()) {
      from_.fail(key, "a tensor of type " + std::string(name_of(values.type())) + ", wanted " +
                          std::string(name_of(dtype_of<T>())));
    }
    const auto data = values.data<T>();
    list.assign(data.begin(), data.end());
  }

  template <WholeNumber T>
  void operator()(const char* key, std::vector<T>& list) {
    list = integers<T>(key);
  }

  void operator()(const char* key, std::vector<Dim>& dims) {
    require(key);
    for (JsonFields& object : from_.objects(key)) read(object, dims.emplace_back());
  }

  void operator()(const char* key, std::optional<Grid>& grid) {
    if (is_null(key)) return;
    JsonFields object = from_.object(key);
    read(object, grid.emplace());
  }

  void operator()(const char* key, std::variant<Grid, DynamicGrid>& grid) {
    JsonFields one = from_.object(key);
    const bool dynamic = one.has(dynamic_key);
    JsonFields object = one.object(dynamic ? dynamic_key : grid_key);
    if (dynamic) {
      read(object, grid.emplace<DynamicGrid>());
    } else {
      read(object, grid.emplace<Grid>());
    }
    one.finish();
  }

 private:
  template <class T>
  void read(JsonFields& object, T& value) {
    FieldReader inner(object, tensors_);
    fields(inner, value);
    object.finish();
  }

  template <class T>
  T narrow(const char* key, std::int64_t value) const {
    if (!std::in_range<T>(value)) from_.fail(key, std::to_string(value) + " is out of range");
    return static_cast<T>(value);
  }

  /// `size`: how many there must be, 0 for any number.
  template <class T>
  std::vector<T> integers(const char* key, std::size_t size = 0) {
    require(key);
    std::vector<T> list;
    for (const std::int64_t value : from_.integers(key)) list.push_back(narrow<T>(key, value));
    if (size && list.size() != size) from_.fail(key, "wanted " + std::to_string(size) + " numbers");
    return list;
  }

  float float_of_bits(const char* key, std::string_view text) const {
    std::uint32_t bits = 0;
    const char* end = text.data() + text.size();
    if (!text.starts_with("0x") ||
        std::from_chars(text.data() + 2, end, bits, 16) != std::from_chars_result{end, {}}) {
      from_.fail(key, "expected a number, or the bits of a float such as \"0x7f800000\"");
    }
    return std::bit_cast<float>(bits);
  }

  void require(const char* key) { static_cast<void>(from_.json(key)); }
  bool is_null(const char* key) {
    return std::holds_alternative<std::nullptr_t>(from_.json(key).value);
  }

  JsonFields& from_;
  std::map<std::string, Tensor>& tensors_;
};

template <std::size_t... I>
Op op_called(const std::string& name, JsonFields& from, std::index_sequence<I...>) {
  const std::vector<Op> all = {Op(std::in_place_index<I>)...};
  std::vector<std::string> known;
  for (const Op& op : all) {
    if (name_of(op) == name) return op;
    known.emplace_back(name_of(op));
  }
  from.fail("op", unknown_name("operation", name, known));
}

NodeId node_id(JsonFields& from, const char* key, std::int64_t value) {
  if (!std::in_range<NodeId>(value)) from.fail(key, std::to_string(value) + " is no node");
  return static_cast<NodeId>(value);
}

Node read_node(JsonFields& from, std::map<std::string, Tensor>& tensors) {
  Node node;
  node.name = from.text("name");
  node.op = op_called(from.text("op"), from, std::make_index_sequence<std::variant_size_v<Op>>());
  for (const std::int64_t id : from.integers("inputs")) {
    node.inputs.push_back(node_id(from, "inputs", id));
  }
  FieldReader at(from, tensors);
  std::visit([&](auto& op) { fields(at, op); }, node.op);
  from.finish();
  return node;
}

Graph read_graph(const Json& json, std::map<std::string, Tensor>& tensors) {
  JsonFields from(json, std::string(graph_note));
  const std::int64_t version = from.integer("version");
  if (version != newest_version) {
    refuse("has a graph of version " + std::to_string(version) + "; version " +
           std::to_string(newest_version) + " can be read");
  }
  Graph graph;
  for (JsonFields& node : from.objects("nodes")) graph.nodes.push_back(read_node(node, tensors));
  for (JsonFields& output : from.objects("outputs")) {
    graph.outputs.push_back({output.text("name"), node_id(output, "node", output.integer("node"))});
    output.finish();
  }
  from.finish();
  return graph;
}

}  // namespace

std::vector<std::byte> write_graph_file(const Graph& graph,
                                        std::map<std::string, std::string> notes) {
  for (const auto& [key, text] : notes) writable(key, "note"), writable(text, "note");
  NamedTensors file{{}, std::move(notes)};
  file.notes[std::string(graph_note)] = to_text(json_of(graph, file.tensors));
  return write_safetensors(file);
}

GraphFile read_graph_file(std::span<const std::byte> bytes, std::string_view what) {
  NamedTensors file = read_safetensors(bytes, what);
  GraphFile result;
  within(std::string(what), [&] {
    const auto note = file.notes.extract(std::string(graph_note));
    if (!note) {
      refuse("safetensors without a graph: there is no note '" + std::string(graph_note) + "'");
    }
    result.graph = read_graph(parse_json(note.mapped(), graph_note), file.tensors);
    if (!file.tensors.empty()) {
      reject("tensor " + in_quotes(file.tensors.begin()->first) + " belongs to no node");
    }
    validate(result.graph);
    check_at_declared_size(result.graph);
  });
  result.notes = std::move(file.notes);
  return result;
}

// A length below 2^32, then the object it is the length of.
bool looks_like_safetensors(std::string_view start) {
  std::uint64_t length = 0;
  if (start.size() <= sizeof length || start[sizeof length] != '{') return false;
  std::memcpy(&length, start.data(), sizeof length);
  return length < (std::uint64_t{1} << 32);
}

}  // namespace bench
