#pragma once
// For tests only: ONNX files made in memory.

#include <string>
#include <variant>
#include <vector>

#include "models/formats/formats.h"
#include "models/formats/onnx.pb.h"
#include "models/formats/onnx_reader.h"
#include "models/reference.h"

namespace bench::testing {

struct Attribute {
  std::string name;
  std::variant<int, float, const char*, std::vector<std::int64_t>, std::vector<float>,
               bench_onnx::TensorProto>
      value;
};

using Names = std::vector<std::string>;
using Attributes = std::vector<Attribute>;

inline bench_onnx::TensorProto real_tensor(const Shape& shape, const std::vector<float>& values) {
  bench_onnx::TensorProto proto;
  proto.set_data_type(1);
  for (const std::int64_t d : shape) proto.add_dims(d);
  for (const float x : values) proto.add_float_data(x);
  return proto;
}

inline bench_onnx::TensorProto whole_tensor(const Shape& shape,
                                            const std::vector<std::int64_t>& values) {
  bench_onnx::TensorProto proto;
  proto.set_data_type(7);
  for (const std::int64_t d : shape) proto.add_dims(d);
  for (const std::int64_t x : values) proto.add_int64_data(x);
  return proto;
}

/// A model with the input "x" and, unless said otherwise, the output "y".
class OnnxModel {
 public:
  explicit OnnxModel(int opset, const Shape& input = {1, 1, 2, 2}) {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
    auto* x = graph().add_input();
    x->set_name("x");
    x->mutable_type()->mutable_tensor_type()->set_elem_type(1);
    auto* shape = x->mutable_type()->mutable_tensor_type()->mutable_shape();
    for (const std::int64_t d : input) {
      d < 0 ? shape->add_dim()->set_dim_param("any") : shape->add_dim()->set_dim_value(d);
    }
    graph().add_output()->set_name("y");
  }

  bench_onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  OnnxModel& add(const std::string& type, const Names& inputs, const Attributes& attributes = {},
                 const Names& outputs = {"y"}) {
    auto* node = graph().add_node();
    node->set_op_type(type);
    for (const std::string& name : inputs) node->add_input(name);
    for (const std::string& name : outputs) node->add_output(name);
    for (const Attribute& attribute : attributes) fill(*node->add_attribute(), attribute);
    return *this;
  }

  OnnxModel& constant(const std::string& name, bench_onnx::TensorProto tensor) {
    tensor.set_name(name);
    *graph().add_initializer() = std::move(tensor);
    return *this;
  }
  OnnxModel& reals(const std::string& name, const Shape& shape, const std::vector<float>& values) {
    return constant(name, real_tensor(shape, values));
  }
  OnnxModel& whole(const std::string& name, const std::vector<std::int64_t>& values) {
    return constant(name, whole_tensor({static_cast<std::int64_t>(values.size())}, values));
  }

  LoadedNetwork read() const { return read_onnx(proto.SerializeAsString(), "test.onnx"); }

  /// The first output for this input.
  Tensor run(const Shape& shape, std::vector<float> values) const {
    return evaluate(read().graph, Tensor::of(shape, std::move(values))).at(0);
  }
  std::vector<float> values(const Shape& shape, std::vector<float> input) const {
    const Tensor result = run(shape, std::move(input));
    return {result.data<float>().begin(), result.data<float>().end()};
  }

  bench_onnx::ModelProto proto;

 private:
  static void fill(bench_onnx::AttributeProto& proto, const Attribute& attribute) {
    proto.set_name(attribute.name);
    if (const auto* i = std::get_if<int>(&attribute.value)) {
      proto.set_type(2);
      proto.set_i(*i);
    } else if (const auto* f = std::get_if<float>(&attribute.value)) {
      proto.set_type(1);
      proto.set_f(*f);
    } else if (const auto* s = std::get_if<const char*>(&attribute.value)) {
      proto.set_type(3);
      proto.set_s(*s);
    } else if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&attribute.value)) {
      proto.set_type(7);
      for (const std::int64_t x : *ints) proto.add_ints(x);
    } else if (const auto* floats = std::get_if<std::vector<float>>(&attribute.value)) {
      proto.set_type(6);
      for (const float x : *floats) proto.add_floats(x);
    } else {
      proto.set_type(4);
      *proto.mutable_t() = std::get<bench_onnx::TensorProto>(attribute.value);
    }
  }
};

/// A list attribute, written out because {1, 2} could be either kind of list.
inline Attribute ints(const std::string& name, std::vector<std::int64_t> values) {
  return {name, std::move(values)};
}

}  // namespace bench::testing
