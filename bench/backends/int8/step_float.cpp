#include <algorithm>

#include "bench/backends/int8/steps.h"
#include "models/reference.h"

namespace bench::int8 {
namespace {

Tensor copy_of(const Workspace& memory, const Place& place) {
  return Tensor::of<float>(place.shape,
                           {memory.values(place), static_cast<std::size_t>(place.size())});
}

void store(const Tensor& tensor, const Workspace& memory, const Place& place) {
  std::ranges::copy(tensor.data<float>(), memory.values(place));
}

// All nodes of a part, by the float engine.
void add_part(Planner& planner, int index) {
  const FloatPart& part = planner.network().float_parts()[static_cast<std::size_t>(index)];
  const Place from = planner.read(part.source, false);
  planner.network().program(index, from.shape.size());
  std::vector<Place> results;
  std::string computes;
  for (const NodeId id : part.nodes)
    computes += (computes.empty() ? "" : "+") + planner.node(id).computes;
  for (const NodeId id : part.results) results.push_back(planner.write(id));
  Step step;
  step.fact = {planner.node(part.nodes.back()).name, computes, "float", "row-major"};
  for (const NodeId id : part.nodes) step.fact = planner.with_products(std::move(step.fact), id);
  step.reads = {from};
  step.writes = results;
  const auto session = static_cast<std::size_t>(index);
  step.run = [=](const Workspace& memory) {
    const auto outputs = (*memory.float_sessions)[session]->run(copy_of(memory, from));
    for (std::size_t i = 0; i < results.size(); ++i) store(outputs[i], memory, results[i]);
  };
  planner.add(std::move(step));
}

}  // namespace

bool plan_float(Planner& planner, NodeId id) {
  const int part = planner.network().float_part(id);
  if (part >= 0) {
    const FloatPart& nodes = planner.network().float_parts()[static_cast<std::size_t>(part)];
    if (nodes.nodes.front() == id) add_part(planner, part);
    return true;
  }
  std::vector<Place> from;
  for (const NodeId input : planner.node(id).inputs) from.push_back(planner.read(input, false));
  const Place to = planner.write(id);
  const Op& op = std::get<integer::Float>(planner.node(id).op).op;
  planner.add(id, "plain float", from, to, [&op, from, to](const Workspace& memory) {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < from.size(); ++i) {
      // Where only the size matters, the values may be numbers of a grid.
      const bool sized = reads(op, i) == Reads::size;
      inputs.push_back(sized ? Tensor(from[i].shape) : copy_of(memory, from[i]));
    }
    std::vector<const Tensor*> pointers;
    for (const Tensor& input : inputs) pointers.push_back(&input);
    if (const auto* constant = std::get_if<Constant>(&op))
      return store(constant->value, memory, to);
    store(evaluate_node(op, pointers, to.shape), memory, to);
  });
  return true;
}

}  // namespace bench::int8
