#pragma once
// For tests only: how far a graph in integers is from the same graph with its grids in float.

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "models/integer_graph.h"
#include "models/reference.h"

namespace bench::testing {

/// One value that both have. Steps: of its grid; or, where it is f32, 0 if both are within 1e-4 of
/// each other, relative to the largest value, else infinity.
struct Distance {
  std::string node, computes;
  double steps = 0;
};

inline double steps_between(const integer::Node& node, const Tensor& got, const Tensor& wanted) {
  if (got.shape() != wanted.shape()) return INFINITY;
  double most = 0, largest = 1e-30;
  if (node.grid) {
    const Tensor numbers = quantize(*node.grid, wanted, DType::i32, node.name);
    const auto a = numbers.data<std::int32_t>(), b = got.data<std::int32_t>();
    for (std::size_t i = 0; i < a.size(); ++i) {
      most = std::max(most, std::abs(static_cast<double>(a[i] - b[i])));
    }
    return most;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(got.size()); ++i) {
    largest = std::max(largest, std::abs(double{wanted.data<float>()[i]}));
    most = std::max(most, std::abs(double{wanted.data<float>()[i]} - got.data<float>()[i]));
  }
  return most <= 1e-4 * largest ? 0 : INFINITY;
}

/// Runs both and compares every value both have; then `graph` goes on with the value of `integers`,
/// so that each layer is fed the same. REQUIRES integers = lower(graph, ...).
inline std::vector<Distance> distances(const Graph& graph, const IntegerGraph& integers,
                                       const Tensor& input) {
  std::map<std::string, std::pair<NodeId, Tensor>> known;
  evaluate(integers, input, [&](NodeId id, const IntegerValue& value) {
    if (value.dynamic_scale > 0) return;  // the graph has these as floats
    known[integers.nodes[static_cast<std::size_t>(id)].name] = {id, value.numbers};
  });
  const std::vector<Shape> shapes = infer_shapes(graph, input.shape());
  std::vector<Tensor> values{input};
  std::vector<Distance> result;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    std::vector<const Tensor*> inputs;
    for (const NodeId id : node.inputs) inputs.push_back(&values[static_cast<std::size_t>(id)]);
    values.push_back(evaluate_node(node.op, inputs, shapes[i]));
    const auto found = known.find(node.name);
    if (found == known.end()) continue;
    const auto& [id, got] = found->second;
    const integer::Node& same = integers.nodes[static_cast<std::size_t>(id)];
    result.push_back({node.name, same.computes, steps_between(same, got, values.back())});
    values.back() = same.grid ? dequantize(*same.grid, got, node.name) : got;
  }
  return result;
}

}  // namespace bench::testing
