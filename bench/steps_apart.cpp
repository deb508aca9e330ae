#include "bench/steps_apart.h"

#include <algorithm>
#include <cstdlib>

#include "models/error.h"
#include "models/reference.h"

namespace bench {
namespace {

const Grid* static_grid(const Node& node) {
  const auto* edge = std::get_if<FakeQuantize>(&node.op);
  return edge ? std::get_if<Grid>(&edge->grid) : nullptr;
}

void compare(StepsApart& apart, const Grid& grid, const Tensor& expected, const Tensor& given) {
  const Tensor a = quantize(grid, expected, DType::i32, apart.node);
  const Tensor b = quantize(grid, given, DType::i32, apart.node);
  const auto from = a.data<std::int32_t>(), to = b.data<std::int32_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::int64_t steps = std::abs(std::int64_t{to[i]} - from[i]);
    apart.apart += steps > 0;
    apart.over_one += steps > 1;
    apart.largest = std::max(apart.largest, steps);
    apart.sum += static_cast<double>(steps);
  }
  apart.numbers += std::ssize(from);
}

}  // namespace

IntegerCheck::IntegerCheck(Graph graph, const Backend& backend, const CompileOptions& options)
    : graph_(std::move(graph)) {
  graph_.outputs.clear();
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const auto id = static_cast<NodeId>(i);
    if (!static_grid(graph_.nodes[i])) continue;
    const Node& giver = graph_.nodes[static_cast<std::size_t>(graph_.nodes[i].inputs[0])];
    graph_.outputs.push_back({graph_.nodes[i].name, id});
    ids_.push_back(id);
    edges_.push_back({giver.name, std::string(name_of(giver.op))});
  }
  if (ids_.empty()) {
    throw Error(Fault::usage,
                "no tensor of the network is on a grid known beforehand: there are no steps to "
                "compare; give a recipe with static ranges");
  }
  program_ = backend.compile(graph_, options);
  session_ = program_->open_session();
}

void IntegerCheck::add(const Tensor& input) {
  const std::vector<Tensor> given = session_->run(input);
  evaluate_changing(graph_, input, [&](NodeId id, Tensor& value) {
    const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (found == ids_.end() || *found != id) return;
    const auto k = static_cast<std::size_t>(found - ids_.begin());
    compare(edges_[k], *static_grid(graph_.nodes[static_cast<std::size_t>(id)]), value, given[k]);
    value = given[k];
  });
}

}  // namespace bench
