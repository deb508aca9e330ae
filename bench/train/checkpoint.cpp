#include "bench/train/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "bench/train/parameters.h"
#include "models/error.h"

namespace bench {
namespace {

// Calls visit("grid/NODE.weight", grid) for every grid of a graph.
template <class Visit>
void for_each_grid(Graph& graph, Visit visit) {
  for (Node& node : graph.nodes) {
    for (const NamedGrid& named : grids_of(node.op)) {
      visit("grid/" + node.name + "." + std::string(named.name), *named.grid);
    }
  }
}

std::string optimizer_name(std::size_t index) { return "optimizer/" + std::to_string(index); }

template <class T>
Tensor list(const std::vector<T>& values) {
  return Tensor::of<T>({static_cast<std::int64_t>(values.size())}, std::span<const T>(values));
}

const Tensor& find(const NamedTensors& saved, const std::string& name) {
  const auto found = saved.tensors.find(name);
  if (found != saved.tensors.end()) return found->second;
  throw Error(Fault::bad_data, "the checkpoint has no tensor '" + name + "'");
}

template <class T>
void read_list(const NamedTensors& saved, const std::string& name, std::vector<T>& values) {
  const Tensor& tensor = find(saved, name);
  if (tensor.type() != dtype_of<T>() || tensor.size() != std::ssize(values)) {
    throw Error(Fault::bad_data, "the checkpoint's '" + name + "' does not fit the grid");
  }
  std::ranges::copy(tensor.data<T>(), values.begin());
}

void resume_parameters(const NamedTensors& saved, TrainableGraph& net) {
  const at::NoGradGuard without_gradients;
  for (const std::string& name : net.parameter_names()) {
    const Tensor& tensor = find(saved, "parameter/" + name);
    at::Tensor parameter = net.parameter(name);
    if (tensor.type() != DType::f32 || tensor.shape() != parameter.sizes().vec()) {
      throw Error(Fault::bad_data, "the checkpoint's '" + name + "' does not fit the network");
    }
    parameter.copy_(to_torch(tensor));
  }
}

void resume_grids(const NamedTensors& saved, TrainableGraph& net) {
  Graph graph = net.result();
  for_each_grid(graph, [&](const std::string& name, Grid& grid) {
    read_list(saved, name + ".scale", grid.scale);
    read_list(saved, name + ".zero_point", grid.zero_point);
    if (!grid.offset.empty()) read_list(saved, name + ".offset", grid.offset);
    validate(grid, name);
  });
  net.take_grids(graph);
}

}  // namespace

NamedTensors checkpoint(const TrainableGraph& net, const Optimizer& optimizer,
                        std::map<std::string, std::string> notes) {
  NamedTensors saved{.tensors = {}, .notes = std::move(notes)};
  for (const std::string& name : net.parameter_names()) {
    saved.tensors["parameter/" + name] = from_torch(net.parameter(name));
  }
  Graph graph = net.result();
  for_each_grid(graph, [&](const std::string& name, const Grid& grid) {
    saved.tensors[name + ".scale"] = list(grid.scale);
    saved.tensors[name + ".zero_point"] = list(grid.zero_point);
    if (!grid.offset.empty()) saved.tensors[name + ".offset"] = list(grid.offset);
  });
  const std::vector<Tensor> memory = optimizer.memory();
  for (std::size_t i = 0; i < memory.size(); ++i) {
    // What is not there yet has no elements, and a shape to say so.
    saved.tensors[optimizer_name(i)] = memory[i].empty() ? Tensor(Shape{0}) : memory[i];
  }
  return saved;
}

void resume(const NamedTensors& saved, TrainableGraph& net, Optimizer& optimizer) {
  resume_parameters(saved, net);
  resume_grids(saved, net);
  std::vector<Tensor> memory(optimizer.memory().size());
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = find(saved, optimizer_name(i));
  optimizer.remember(memory);
}

}  // namespace bench
