#include "models/formats/tflite.h"

#include <algorithm>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/formats/tflite_ops.h"

namespace bench {
namespace {

constexpr int arg_max_code = 56, custom_code = 32;
constexpr std::uint32_t known_version = 3;

// Field numbers of the schema's tables.
namespace field {
enum Model { version, operator_codes, subgraphs, buffers = 4 };
enum OperatorCode { old_code, custom_name, code = 3 };
enum SubGraph { tensors, inputs, outputs, operators };
enum Operator { opcode };
}  // namespace field

/// Reads the one subgraph of a file from its first operator to its last.
class Walk {
 public:
  Walk(const FlatTable& model, FlatBuffer& file)
      : codes_(model.tables(field::operator_codes)),
        subgraph_(only_subgraph(model)),
        net_{file, read_tflite_tensors(subgraph_, model.tables(field::buffers)), {}} {
    net_.nodes.resize(net_.tensors.size(), -1);
  }

  LoadedNetwork read() {
    add_input();
    for (const FlatTable& op : subgraph_.tables(field::operators)) read_operator(op);
    add_outputs();
    LoadedNetwork result;
    result.graph = std::move(net_.graph);
    result.format = "tflite";
    for (const int type : net_.weight_types) {
      result.format += ", " + std::string(name_of_tflite_type(type)) + " weights";
    }
    return result;
  }

 private:
  static FlatTable only_subgraph(const FlatTable& model) {
    const auto version = model.number<std::uint32_t>(field::version, 0);
    if (version != known_version) refuse("schema version " + std::to_string(version));
    const auto subgraphs = model.tables(field::subgraphs);
    if (subgraphs.empty()) reject("has no subgraph");
    if (subgraphs.size() > 1) refuse(std::to_string(subgraphs.size()) + " subgraphs");
    return subgraphs[0];
  }

  const TfliteTensor& tensor_at(std::int32_t index) const {
    if (index < 0 || static_cast<std::size_t>(index) >= net_.tensors.size()) {
      reject("names tensor " + std::to_string(index) + ", which is not there");
    }
    return net_.tensors[static_cast<std::size_t>(index)];
  }

  void add_input() {
    const auto inputs = subgraph_.numbers<std::int32_t>(field::inputs);
    if (inputs.size() != 1) refuse(std::to_string(inputs.size()) + " inputs; one can be run");
    const TfliteTensor& tensor = tensor_at(inputs[0]);
    within("input " + in_quotes(tensor.name), [&] {
      if (tensor.type != TfliteTensor::float32 && !grid_of(tensor)) {
        refuse("holds elements of type " + std::string(name_of_tflite_type(tensor.type)));
      }
      Shape shape = tensor.shape;
      if (shape.empty()) reject("is a scalar");
      if (shape.size() == 4) shape = {shape[0], shape[3], shape[1], shape[2]};
      if (std::count(shape.begin(), shape.end(), 0) > 0) reject("is " + to_string(shape));
      net_.names.insert(tensor.name);
      net_.quantised_by.push_back(-1);
      net_.shapes.push_back(shape);
      count(shape);
      if (tensor.open_batch) shape[0] = -1;
      net_.define(inputs[0], net_.graph.add(tensor.name, Input{std::move(shape)}));
    });
  }

  void read_operator(const FlatTable& op) {
    const auto index = op.number<std::uint32_t>(field::opcode, 0);
    if (index >= codes_.size()) reject("an operator of kind " + std::to_string(index));
    const FlatTable& kind = codes_[index];
    // Numbers below 128 stood in a byte before there were more.
    const int code = std::max<int>(kind.number<std::int8_t>(field::old_code, 0),
                                   kind.number<std::int32_t>(field::code, 0));
    TfliteNode node(op, net_);
    within("node " + in_quotes(node.name()) + ": " + name_of_tflite_operator(code), [&] {
      if (code != arg_max_code && node.gives_only_indices()) return;
      const TfliteMapping map = find_tflite_mapping(code);
      if (code == custom_code) refuse(in_quotes(kind.text(field::custom_name)));
      if (!map) refuse("is not supported");
      map(node);
    });
  }

  void add_outputs() {
    std::set<std::string> names;
    for (const std::int32_t index : subgraph_.numbers<std::int32_t>(field::outputs)) {
      std::string name = tensor_at(index).name;
      const NodeId node = net_.nodes[static_cast<std::size_t>(index)];
      if (node < 0) reject("output " + in_quotes(name) + " is given by no operator");
      if (!names.insert(name).second) name += "#" + std::to_string(index);
      net_.graph.outputs.push_back({std::move(name), node});
    }
  }

  std::vector<FlatTable> codes_;
  FlatTable subgraph_;
  TfliteNetwork net_;
};

}  // namespace

bool looks_like_tflite(std::string_view start) {
  return start.size() >= 8 && start.substr(4, 4) == "TFL3";
}

LoadedNetwork read_tflite(std::string_view bytes, const std::string& path) try {
  FlatBuffer file(bytes);
  LoadedNetwork result = Walk(file.root(), file).read();
  result.files.push_back(path);
  validate(result.graph);
  return result;
} catch (const Error& error) {
  throw Error(error.fault(), path + ": " + error.what());
}

}  // namespace bench
