#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "models/formats/graph_fields.h"
#include "models/formats/graph_json.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/registry.h"

namespace bench::graph_json {
namespace {

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

}  // namespace

Graph read(const Json& json, std::map<std::string, Tensor>& tensors) {
  JsonFields from(json, "quantbench.graph");
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

}  // namespace bench::graph_json
