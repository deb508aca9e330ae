#pragma once
// An ONNX file while it is being written: nodes, constants, and names that are given once.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "models/tensor.h"

namespace bench_onnx {
class GraphProto;
class NodeProto;
}  // namespace bench_onnx

namespace bench {

class OnnxBuilder {
 public:
  explicit OnnxBuilder(bench_onnx::GraphProto& graph) : graph_(graph) {}

  /// `name`, with "#2", "#3", ... if it is taken; taken from now on.
  std::string unique(const std::string& name);

  /// A node of one result, which is called `result`. An input of "" is one left out.
  bench_onnx::NodeProto& node(const std::string& op_type, const std::string& name,
                              const std::vector<std::string>& inputs, const std::string& result);
  /// The same for a node beside the graph's own: gives the name of its result.
  std::string step(const std::string& op_type, const std::string& name,
                   const std::vector<std::string>& inputs);

  /// Gives the name it got. Elements of any type.
  std::string constant(const std::string& name, const Tensor& value);
  std::string constant(const std::string& name, const std::vector<std::int64_t>& list);
  /// Under exactly this name.
  void define(const std::string& name, const Tensor& value);

  bench_onnx::GraphProto& graph() { return graph_; }

 private:
  bench_onnx::GraphProto& graph_;
  std::set<std::string> taken_;
};

// Attributes.
void set(bench_onnx::NodeProto& node, const std::string& name, std::int64_t value);
void set(bench_onnx::NodeProto& node, const std::string& name, int value);
void set(bench_onnx::NodeProto& node, const std::string& name, float value);
void set(bench_onnx::NodeProto& node, const std::string& name, const char* value);
void set(bench_onnx::NodeProto& node, const std::string& name,
         const std::vector<std::int64_t>& values);

}  // namespace bench
