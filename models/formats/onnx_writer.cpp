#include "models/formats/onnx_writer.h"

#include <algorithm>
#include <limits>

#include "models/formats/onnx.pb.h"
#include "models/formats/onnx_size.h"
#include "models/formats/onnx_writer_ops.h"
#include "models/formats/reject.h"
#include "models/shapes.h"

namespace bench {
namespace {

constexpr int opset = 17, ir_version = 8;
constexpr int float_type = 1;  // TensorProto.DataType

std::string name_of_axis(std::size_t axis, std::size_t rank) {
  constexpr const char* of_image[] = {"batch", "channels", "height", "width"};
  if (rank == 4) return of_image[axis];
  return axis == 0 ? "batch" : "size_" + std::to_string(axis);
}

class Writer {
 public:
  Writer(const Graph& graph, const OnnxWriting& how, bench_onnx::GraphProto& proto)
      : graph_(graph), how_(how), proto_(proto), file_(proto), ranks_(infer_ranks(graph)) {}

  void write() {
    proto_.set_name("network");
    name_values();
    for (const Node& node : graph_.nodes) {
      within(describe(node), [&] { write(node); });
    }
    for (const Output& output : graph_.outputs) {
      const std::string& value = values_[static_cast<std::size_t>(output.node)];
      if (value != output.name) file_.node("Identity", output.name, {value}, output.name);
      describe_value(*proto_.add_output(), output.name,
                     sizes_[static_cast<std::size_t>(output.node)]);
    }
  }

 private:
  /// Outputs keep their names; a node's result has the output's name or else the node's own.
  void name_values() {
    values_.resize(graph_.nodes.size());
    for (const Output& output : graph_.outputs) {
      if (file_.unique(output.name) != output.name) {
        refuse("two outputs are called '" + output.name + "'");
      }
    }
    for (const Output& output : graph_.outputs) {
      std::string& value = values_[static_cast<std::size_t>(output.node)];
      const Op& op = graph_.nodes[static_cast<std::size_t>(output.node)].op;
      const bool computed =
          !std::holds_alternative<Input>(op) && !std::holds_alternative<Constant>(op);
      if (value.empty() && computed) value = output.name;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (values_[i].empty()) values_[i] = file_.unique(graph_.nodes[i].name);
    }
  }

  void write(const Node& node) {
    OnnxWriterNode at{file_, how_, node, {}, {}, values_[sizes_.size()]};
    std::vector<Sizes> input_sizes;
    for (const NodeId input : node.inputs) {
      const auto i = static_cast<std::size_t>(input);
      at.inputs.push_back(values_[i]);
      at.ranks.push_back(ranks_[i]);
      input_sizes.push_back(sizes_[i]);
    }
    const auto id = static_cast<NodeId>(sizes_.size());
    sizes_.push_back(infer_sizes(node.op, input_sizes, id));
    if (std::holds_alternative<Input>(node.op)) {
      describe_value(*proto_.add_input(), at.result, sizes_.back());
    }
    write_onnx_node(at);
  }

  /// Type and shape; open sizes by the name of the image's axis they follow, if any.
  void describe_value(bench_onnx::ValueInfoProto& info, const std::string& name,
                      const Sizes& sizes) const {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(float_type);
    type.mutable_shape();
    for (const Size& size : sizes) {
      auto& dim = *type.mutable_shape()->add_dim();
      if (size.value) {
        dim.set_dim_value(*size.value);
      } else if (size.node == 0 && size.factor == 1) {
        dim.set_dim_param(name_of_axis(static_cast<std::size_t>(size.axis), ranks_[0]));
      }
    }
  }

  const Graph& graph_;
  const OnnxWriting& how_;
  bench_onnx::GraphProto& proto_;
  OnnxBuilder file_;
  std::vector<std::size_t> ranks_;
  std::vector<std::string> values_;  // what the file calls each node's result
  std::vector<Sizes> sizes_;         // of the nodes written so far
};

}  // namespace

std::string write_onnx(const Graph& graph, const OnnxWriting& how) {
  bench_onnx::ModelProto model;
  model.set_ir_version(ir_version);
  model.set_producer_name("quantbench");
  model.add_opset_import()->set_version(opset);
  Writer(graph, how, *model.mutable_graph()).write();
  if (model.ByteSizeLong() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    refuse("the file would be over 2 GiB, which ONNX files of one piece cannot be");
  }
  return model.SerializeAsString();
}

}  // namespace bench
