#pragma once
// A Graph whose parameters can be trained: every op computed by libtorch with gradients, grids by
// the straight-through estimator, so that what is trained means the same numbers to every backend.
//
//     TrainableGraph net(graph);
//     at::Tensor loss = cross_entropy(net.forward(batch, Mode::training)[0], labels);
//     loss.backward();  // and a step of an Optimizer on net.trained()
//     Graph trained = net.result();

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/train/straight_through.h"
#include "bench/train/torch_tensor.h"
#include "models/graph.h"

namespace bench {

/// Whether a BatchNorm goes by its batch, and moves its running statistics, or goes by these.
enum class Mode { training, evaluation };

struct TrainingOptions {
  /// New running statistics = (1 - momentum) old + momentum batch; the batch's variance with n - 1.
  double batch_norm_momentum = 0.1;
  SignGradient sign_of_edges = SignGradient::binary_net;
  SignGradient sign_of_weights = SignGradient::binary_net;
  /// Where parameters are and everything is computed, by libtorch's name for it.
  std::string device = "cpu";
};

class TrainableGraph {
 public:
  /// A weight or bias that is a grid's numbers becomes the values they stand for. Throws as
  /// validate(graph).
  explicit TrainableGraph(Graph graph, TrainingOptions options = {});
  ~TrainableGraph();
  TrainableGraph(TrainableGraph&&) noexcept;
  TrainableGraph& operator=(TrainableGraph&&) noexcept;

  /// Called with each node's value as soon as it is known, the Input's first.
  using See = std::function<void(NodeId node, const at::Tensor& value)>;

  /// The graph's outputs for a batch (f32, of any device), in the order of graph.outputs. Throws as
  /// infer_shapes, and Error{bad_data} naming a BatchNorm that is to go by one value per channel.
  std::vector<at::Tensor> forward(const at::Tensor& batch, Mode mode, const See& see = {});

  /// The same in evaluation, without gradients, for callers without libtorch.
  std::vector<Tensor> answer(const Tensor& batch);

  /// "NODE.weight", "NODE.bias", "NODE.gamma", "NODE.beta", "NODE.mean", "NODE.variance",
  /// "NODE.slope" of every node in order, without biases that are not there.
  std::vector<std::string> parameter_names() const;

  /// The tensor itself; its grad() is the gradient. Throws Error{missing}.
  at::Tensor parameter(const std::string& name) const;

  /// Those that gradients train, in the order of parameter_names(), without frozen ones.
  std::vector<at::Tensor> trained() const;

  /// The node keeps its parameters from now on; a BatchNorm goes by its running statistics in
  /// training, too. To be called before an Optimizer is made of trained(). Throws Error{missing}
  /// naming a node the graph does not have.
  void freeze(const std::string& node);

  /// Grids of weights, biases and edges from a graph with the same nodes: for ranges that follow
  /// the weights while they are trained. Throws Error{bad_data} if the nodes differ.
  void take_grids(const Graph& like);

  /// The graph with the parameters as they are now, in f32, and its grids.
  Graph result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
