#include "models/formats/onnx_reader.h"

#include <algorithm>
#include <set>

#include "models/error.h"
#include "models/formats/onnx.pb.h"
#include "models/formats/onnx_node.h"
#include "models/formats/onnx_ops.h"
#include "models/formats/onnx_tensor.h"
#include "models/formats/read_file.h"

namespace bench {
namespace {

constexpr std::int64_t oldest_opset = 6, newest_opset = 18;
constexpr std::int64_t largest_dimension = std::int64_t{1} << 31;

using Proto = bench_onnx::GraphProto;
using AttributeProto = bench_onnx::AttributeProto;

bool is_standard(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

int opset_of(const bench_onnx::ModelProto& model) {
  for (const auto& set : model.opset_import()) {
    if (!is_standard(set.domain())) continue;
    if (set.version() >= oldest_opset && set.version() <= newest_opset) {
      return static_cast<int>(set.version());
    }
    throw Error(Fault::unsupported, "opset " + std::to_string(set.version()) + "; opset " +
                                        std::to_string(oldest_opset) + " to " +
                                        std::to_string(newest_opset) + " can be read");
  }
  throw Error(Fault::bad_data, "names no opset (opset_import)");
}

OnnxAttribute attribute_of(const AttributeProto& proto, OnnxFiles& files) {
  OnnxAttribute result{proto.name(), {}, false};
  enum : int { kUndefined, kFloat, kInt, kString, kTensor, kGraph, kFloats, kInts };
  int type = proto.type();
  if (type == kUndefined) {  // files older than IR version 2
    if (proto.has_f()) type = kFloat;
    if (proto.has_i()) type = kInt;
    if (proto.has_s()) type = kString;
    if (proto.has_t()) type = kTensor;
    if (proto.floats_size() > 0) type = kFloats;
    if (proto.ints_size() > 0) type = kInts;
  }
  switch (type) {
    case kFloat: result.value = proto.f(); break;
    case kInt: result.value = proto.i(); break;
    case kString: result.value = proto.s(); break;
    case kTensor: result.value = tensor_from_onnx(proto.t(), files); break;
    case kFloats:
      result.value = std::vector<float>(proto.floats().begin(), proto.floats().end());
      break;
    case kInts:
      result.value = std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
      break;
    default: break;  // graphs and the like: no operator here asks for one
  }
  return result;
}

/// Reads one GraphProto from its first line to its last.
class Walk {
 public:
  Walk(Proto& proto, std::size_t bytes, int opset, OnnxFiles& files)
      : proto_(proto), opset_(opset), files_(files) {
    graph_.count_held(bytes);
  }

  Graph read() {
    read_initialisers();
    read_input();
    for (const auto& node : proto_.node()) {
      for (const std::string& output : node.output()) made_somewhere_.insert(output);
    }
    for (int i = 0; i < proto_.node_size(); ++i) read_node(i);
    return std::move(graph_).finish(outputs());
  }

 private:
  void read_initialisers() {
    for (auto& kept : *proto_.mutable_initializer()) {
      bench_onnx::TensorProto tensor;
      tensor.Swap(&kept);  // so that large weights are not held twice for long
      within("initialiser " + in_quotes(tensor.name()), [&] {
        if (tensor.name().empty()) reject("has no name");
        Tensor value = tensor_from_onnx(tensor, files_);
        graph_.count_held(value.bytes().size());
        graph_.define(tensor.name(), std::move(value));
      });
    }
  }

  void read_input() {
    const bench_onnx::ValueInfoProto* image = nullptr;
    for (const auto& input : proto_.input()) {
      if (graph_.find(input.name())) continue;  // files older than IR version 4 list weights too
      if (image) {
        refuse("has the inputs " + in_quotes(image->name()) + " and " + in_quotes(input.name()) +
               "; one image input can be run");
      }
      image = &input;
    }
    if (!image) reject("has no input");
    within("input " + in_quotes(image->name()), [&] {
      if (image->name().empty()) reject("has no name");
      const NodeId node = graph_.add(image->name(), Input{input_shape(image->type())});
      graph_.define(image->name(), node);
    });
  }

  static Shape input_shape(const bench_onnx::TypeProto& type) {
    enum : int { kFloat = 1, kFloat16 = 10, kBfloat16 = 16 };
    if (!type.has_tensor_type() || !type.tensor_type().has_shape()) reject("has no shape");
    const int element = type.tensor_type().elem_type();
    if (element != kFloat && element != kFloat16 && element != kBfloat16) {
      refuse("holds elements of type " + std::to_string(element) + ", not float");
    }
    Shape shape;
    for (const auto& dim : type.tensor_type().shape().dim()) {
      // 0 and -1 are how some exporters write "any".
      const std::int64_t size = dim.has_dim_value() ? dim.dim_value() : -1;
      if (size < -1 || size >= largest_dimension) reject("has the size " + std::to_string(size));
      shape.push_back(size == 0 ? -1 : size);
    }
    if (shape.empty()) reject("is a scalar");
    return shape;
  }

  void read_node(int index) {
    const auto& proto = proto_.node(index);
    OnnxNodeText text{proto.op_type(), name_of_node(proto, index), {}, {}, {}};
    within("node " + in_quotes(text.name), [&] {
      const OnnxOperator* known = find_onnx_operator(proto.domain(), proto.op_type());
      if (!known) {
        refuse("operator " + in_quotes(proto.op_type()) + " (domain " +
               (is_standard(proto.domain()) ? "ai.onnx" : in_quotes(proto.domain())) + ", opset " +
               std::to_string(opset_) + ") is not supported");
      }
      text.inputs.assign(proto.input().begin(), proto.input().end());
      text.outputs.assign(proto.output().begin(), proto.output().end());
      check_inputs(text.inputs);
      for (const AttributeProto& attribute : proto.attribute()) {
        within("attribute " + in_quotes(attribute.name()),
               [&] { text.attributes.push_back(attribute_of(attribute, files_)); });
      }
      within(proto.op_type(), [&] {
        OnnxNode node(std::move(text), opset_, graph_, known->on_numbers);
        known->map(node);
        node.check_all_understood();
      });
    });
  }

  static std::string name_of_node(const bench_onnx::NodeProto& proto, int index) {
    if (!proto.name().empty()) return proto.name();
    if (proto.output_size() > 0 && !proto.output(0).empty()) return proto.output(0);
    return "#" + std::to_string(index);
  }

  void check_inputs(const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) {
      if (input.empty() || graph_.find(input)) continue;
      if (!made_somewhere_.contains(input)) {
        reject("reads " + in_quotes(input) + ", which no node, input or initialiser gives");
      }
      reject("reads " + in_quotes(input) +
             " before it is there: the nodes form a cycle, are in the " +
             "wrong order, or an optional result is meant that is not supported");
    }
  }

  std::vector<Output> outputs() {
    std::vector<Output> result;
    std::set<std::string> names;
    for (const auto& output : proto_.output()) {
      within("output " + in_quotes(output.name()), [&] {
        if (!names.insert(output.name()).second) reject("is listed twice");
        if (!graph_.find(output.name())) reject("is given by no node");
        result.push_back({output.name(), graph_.as_node(output.name())});
      });
    }
    if (result.empty()) reject("has no output");
    return result;
  }

  Proto& proto_;
  const int opset_;
  OnnxFiles& files_;
  OnnxGraph graph_;
  std::set<std::string> made_somewhere_;
};

}  // namespace

LoadedNetwork read_onnx(std::string_view bytes, const std::string& path) try {
  bench_onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    reject("not a whole ONNX message (" + std::to_string(bytes.size()) +
           " bytes); the file is damaged, cut short, or of another format");
  }
  if (!model.has_graph()) reject("not an ONNX network: it has no graph");
  const int opset = opset_of(model);
  OnnxFiles files{path, {}};
  LoadedNetwork result;
  result.graph = Walk(*model.mutable_graph(), bytes.size(), opset, files).read();
  result.files.push_back(path);
  result.files.insert(result.files.end(), files.external.begin(), files.external.end());
  result.format = "onnx opset " + std::to_string(opset);
  validate(result.graph);
  check_at_declared_size(result.graph);
  return result;
} catch (const Error& error) {
  throw Error(error.fault(), path + ": " + error.what());
}

}  // namespace bench
