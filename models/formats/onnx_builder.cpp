#include "models/formats/onnx_builder.h"

#include "models/formats/onnx.pb.h"

namespace bench {
namespace {

using AttributeProto = bench_onnx::AttributeProto;

AttributeProto& attribute(bench_onnx::NodeProto& node, const std::string& name, int type) {
  AttributeProto& result = *node.add_attribute();
  result.set_name(name);
  result.set_type(type);
  return result;
}

int number_of(DType type) {  // TensorProto.DataType
  switch (type) {
    case DType::f32: return 1;
    case DType::u8: return 2;
    case DType::i8: return 3;
    case DType::i32: return 6;
    case DType::i64: break;
  }
  return 7;
}

}  // namespace

std::string OnnxBuilder::unique(const std::string& name) {
  std::string candidate = name;
  for (int i = 2; !taken_.insert(candidate).second; ++i) {
    candidate = name + "#" + std::to_string(i);
  }
  return candidate;
}

bench_onnx::NodeProto& OnnxBuilder::node(const std::string& op_type, const std::string& name,
                                         const std::vector<std::string>& inputs,
                                         const std::string& result) {
  bench_onnx::NodeProto& proto = *graph_.add_node();
  proto.set_op_type(op_type);
  proto.set_name(name);
  for (const std::string& input : inputs) proto.add_input(input);
  proto.add_output(result);
  return proto;
}

std::string OnnxBuilder::step(const std::string& op_type, const std::string& name,
                              const std::vector<std::string>& inputs) {
  const std::string result = unique(name);
  node(op_type, result, inputs, result);
  return result;
}

std::string OnnxBuilder::constant(const std::string& name, const Tensor& value) {
  const std::string given = unique(name);
  define(given, value);
  return given;
}

std::string OnnxBuilder::constant(const std::string& name, const std::vector<std::int64_t>& list) {
  return constant(name, Tensor::of<std::int64_t>({static_cast<std::int64_t>(list.size())}, list));
}

void OnnxBuilder::define(const std::string& name, const Tensor& value) {
  bench_onnx::TensorProto& proto = *graph_.add_initializer();
  proto.set_name(name);
  proto.set_data_type(number_of(value.type()));
  for (const std::int64_t size : value.shape()) proto.add_dims(size);
  proto.set_raw_data(value.bytes().data(), value.bytes().size());
}

void set(bench_onnx::NodeProto& node, const std::string& name, float value) {
  attribute(node, name, 1).set_f(value);
}
void set(bench_onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  attribute(node, name, 2).set_i(value);
}
void set(bench_onnx::NodeProto& node, const std::string& name, int value) {
  set(node, name, std::int64_t{value});
}
void set(bench_onnx::NodeProto& node, const std::string& name, const char* value) {
  attribute(node, name, 3).set_s(value);
}
void set(bench_onnx::NodeProto& node, const std::string& name,
         const std::vector<std::int64_t>& values) {
  AttributeProto& proto = attribute(node, name, 7);
  for (const std::int64_t value : values) proto.add_ints(value);
}

}  // namespace bench
