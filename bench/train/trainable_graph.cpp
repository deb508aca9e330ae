#include "bench/train/trainable_graph.h"

#include <ATen/ATen.h>

#include "bench/train/parameters.h"
#include "bench/train/torch_ops.h"
#include "models/error.h"
#include "models/passes/layers.h"

namespace bench {

struct TrainableGraph::State {
  Graph graph;  // its parameters are those it began with
  TrainingOptions options;
  std::vector<std::vector<at::Tensor>> parameters;  // of each node, as parameters_of lists them
  std::vector<at::Tensor> constants;                // of each node; undefined but for Constants
  std::vector<bool> frozen;
};

namespace {

// One node in a forward pass.
struct Compute {
  const Node& node;
  torch_ops::Inputs inputs;
  const Shape& shape;
  const std::vector<at::Tensor>& parameters;
  const TrainingOptions& options;
  bool by_batch;

  at::Tensor operator()(const Input&) const { return {}; }     // given,
  at::Tensor operator()(const Constant&) const { return {}; }  // not computed
  at::Tensor operator()(const Conv2d& op) const {
    return torch_ops::convolve(op, inputs[0], weight(op), bias(op));
  }
  at::Tensor operator()(const Linear& op) const {
    return at::linear(inputs[0], weight(op), bias(op));
  }
  at::Tensor operator()(const BatchNorm& op) const {
    if (by_batch && inputs[0].numel() < 2 * parameters[0].numel()) {
      throw Error(Fault::bad_data, describe(node) + ": one value per channel has no variance; " +
                                       "train with larger batches or freeze the node");
    }
    return at::batch_norm(inputs[0], parameters[0], parameters[1], parameters[2], parameters[3],
                          by_batch, options.batch_norm_momentum, double{op.epsilon}, false);
  }
  at::Tensor operator()(const PRelu&) const {
    const at::Tensor& x = inputs[0];
    at::Tensor slope = parameters[0];
    if (slope.numel() > 1 && x.dim() > 2) {
      std::vector<std::int64_t> along(static_cast<std::size_t>(x.dim() - 1), 1);
      along[0] = slope.numel();
      slope = slope.reshape(along);
    }
    return at::where(at::ge(x, 0), x, slope * x);
  }
  at::Tensor operator()(const FakeQuantize& op) const {
    return straight_through(inputs[0], op.grid, options.sign_of_edges, describe(node));
  }
  template <class T>
  at::Tensor operator()(const T& op) const {
    return torch_ops::compute(op, inputs, shape);
  }

 private:
  at::Tensor on_grid(const std::optional<Grid>& grid, const at::Tensor& value) const {
    if (!grid || !value.defined()) return value;
    return straight_through(value, *grid, options.sign_of_weights, describe(node));
  }
  template <class Layer>
  at::Tensor weight(const Layer& op) const {
    return on_grid(op.weight_grid, parameters[0]);
  }
  template <class Layer>
  at::Tensor bias(const Layer& op) const {
    return on_grid(op.bias_grid, parameters[1]);
  }
};

Tensor in_floats(const Parameter& parameter, const std::string& what) {
  if (parameter.tensor->type() == DType::f32) return *parameter.tensor;
  return dequantize(*parameter.grid, *parameter.tensor, what);
}

std::vector<at::Tensor> begin_parameters(Node& node, const std::string& device) {
  std::vector<at::Tensor> list;
  for (const Parameter& parameter : parameters_of(node.op)) {
    if (!parameter.tensor->empty()) *parameter.tensor = in_floats(parameter, describe(node));
    list.push_back(to_torch(*parameter.tensor, device));
    if (list.back().defined()) list.back().requires_grad_(parameter.by_gradient);
  }
  return list;
}

// Calls visit(name, parameter, tensor) for all that are there.
template <class State, class Visit>
void for_each_parameter(State& state, Visit visit) {
  for (std::size_t i = 0; i < state.graph.nodes.size(); ++i) {
    Node& node = state.graph.nodes[i];
    const auto parameters = parameters_of(node.op);
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const at::Tensor& tensor = state.parameters[i][k];
      if (tensor.defined()) visit(node.name + "." + std::string(parameters[k].name), i, tensor);
    }
  }
}

void copy_grids(const Op& from, Op& to) {
  if (const auto* edge = std::get_if<FakeQuantize>(&from)) std::get<FakeQuantize>(to) = *edge;
  const auto copy_layer = [&]<class Layer>(const Layer* layer) {
    if (!layer) return;
    std::get<Layer>(to).weight_grid = layer->weight_grid;
    std::get<Layer>(to).bias_grid = layer->bias_grid;
  };
  copy_layer(std::get_if<Conv2d>(&from));
  copy_layer(std::get_if<Linear>(&from));
}

}  // namespace

TrainableGraph::TrainableGraph(Graph graph, TrainingOptions options)
    : state_(std::make_unique<State>()) {
  validate(graph);
  state_->options = options;
  state_->frozen.assign(graph.nodes.size(), false);
  for (Node& node : graph.nodes) {
    state_->parameters.push_back(begin_parameters(node, options.device));
    const auto* constant = std::get_if<Constant>(&node.op);
    state_->constants.push_back(constant ? to_torch(constant->value, options.device)
                                         : at::Tensor());
  }
  state_->graph = std::move(graph);
}

TrainableGraph::~TrainableGraph() = default;
TrainableGraph::TrainableGraph(TrainableGraph&&) noexcept = default;
TrainableGraph& TrainableGraph::operator=(TrainableGraph&&) noexcept = default;

std::vector<at::Tensor> TrainableGraph::forward(const at::Tensor& batch, Mode mode,
                                                const See& see) {
  const Graph& graph = state_->graph;
  const std::vector<Shape> shapes = infer_shapes(graph, batch.sizes().vec());
  std::vector<at::Tensor> values = state_->constants;
  values[0] = batch.to(at::Device(state_->options.device));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!values[i].defined()) {
      std::vector<at::Tensor> inputs;
      for (const NodeId id : node.inputs) inputs.push_back(values[static_cast<std::size_t>(id)]);
      const bool by_batch = mode == Mode::training && !state_->frozen[i];
      values[i] = std::visit(
          Compute{node, inputs, shapes[i], state_->parameters[i], state_->options, by_batch},
          node.op);
    }
    if (see) see(static_cast<NodeId>(i), values[i]);
  }
  std::vector<at::Tensor> outputs;
  for (const Output& output : graph.outputs) {
    outputs.push_back(values[static_cast<std::size_t>(output.node)]);
  }
  return outputs;
}

std::vector<Tensor> TrainableGraph::answer(const Tensor& batch) {
  const at::NoGradGuard without_gradients;
  std::vector<Tensor> outputs;
  for (const at::Tensor& output : forward(to_torch(batch), Mode::evaluation)) {
    outputs.push_back(from_torch(output));
  }
  return outputs;
}

std::vector<std::string> TrainableGraph::parameter_names() const {
  std::vector<std::string> names;
  for_each_parameter(*state_, [&](const std::string& name, std::size_t, const at::Tensor&) {
    names.push_back(name);
  });
  return names;
}

at::Tensor TrainableGraph::parameter(const std::string& name) const {
  at::Tensor found;
  for_each_parameter(*state_, [&](const std::string& candidate, std::size_t, const auto& tensor) {
    if (candidate == name) found = tensor;
  });
  if (!found.defined()) throw Error(Fault::missing, "the graph has no parameter '" + name + "'");
  return found;
}

std::vector<at::Tensor> TrainableGraph::trained() const {
  std::vector<at::Tensor> list;
  for_each_parameter(*state_, [&](const std::string&, std::size_t, const at::Tensor& tensor) {
    if (tensor.requires_grad()) list.push_back(tensor);
  });
  return list;
}

void TrainableGraph::freeze(const std::string& node) {
  const NodeId id = find_node(state_->graph, node);
  if (id < 0) throw Error(Fault::missing, "the graph has no node '" + node + "' to freeze");
  state_->frozen[static_cast<std::size_t>(id)] = true;
  for (at::Tensor& tensor : state_->parameters[static_cast<std::size_t>(id)]) {
    if (tensor.defined()) tensor.requires_grad_(false);
  }
}

void TrainableGraph::take_grids(const Graph& like) {
  Graph& graph = state_->graph;
  Graph changed = graph;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const bool same = i < like.nodes.size() && like.nodes[i].name == graph.nodes[i].name &&
                      like.nodes[i].op.index() == graph.nodes[i].op.index();
    if (!same || like.nodes.size() != graph.nodes.size()) {
      throw Error(Fault::bad_data, "grids of another graph: it has no " + describe(graph.nodes[i]) +
                                       " at this place");
    }
    copy_grids(like.nodes[i].op, changed.nodes[i].op);
  }
  validate(changed);
  graph = std::move(changed);
}

Graph TrainableGraph::result() const {
  Graph graph = state_->graph;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto parameters = parameters_of(graph.nodes[i].op);
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      *parameters[k].tensor = from_torch(state_->parameters[i][k]);
    }
  }
  return graph;
}

}  // namespace bench
