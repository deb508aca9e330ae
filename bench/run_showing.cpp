#include "bench/run_showing.h"

#include <memory>

namespace bench {
namespace {

bool is_shown(const Node& node) { return !std::holds_alternative<Constant>(node.op); }

std::unique_ptr<Program> compile_showing(const Backend& backend, Graph graph) {
  graph.outputs.clear();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_shown(graph.nodes[i])) continue;
    graph.outputs.push_back({graph.nodes[i].name, static_cast<NodeId>(i)});
  }
  return backend.compile(std::move(graph), {});
}

void show(const Program& program, const Graph& graph, const Tensor& input, const SeeValue& see) {
  const std::vector<Tensor> values = program.open_session()->run(input);
  std::size_t next = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (is_shown(graph.nodes[i])) see(static_cast<NodeId>(i), values.at(next++));
  }
}

}  // namespace

RunShowing run_showing(const Backend& backend) {
  return [&backend](const Graph& graph, const Tensor& input, const SeeValue& see) {
    show(*compile_showing(backend, graph), graph, input, see);
  };
}

RunShowing run_showing(const Backend& backend, const Graph& graph) {
  const std::shared_ptr<const Program> program = compile_showing(backend, graph);
  return [program](const Graph& same, const Tensor& input, const SeeValue& see) {
    show(*program, same, input, see);
  };
}

}  // namespace bench
