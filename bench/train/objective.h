#pragma once
// What a training wants of a network's outputs: a loss, by name, from what is true of the images.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/train/torch_tensor.h"
#include "datasets/dataset.h"
#include "models/graph.h"
#include "models/json.h"
#include "models/registry.h"

namespace bench {

/// What is true of one image of a batch, in pixels of the network's input: boxes 0-based with
/// corners as points, label maps of its size.
using Target = Truth;

class Objective {
 public:
  virtual ~Objective() = default;

  /// A scalar with gradients, the mean over the batch; `outputs` as TrainableGraph::forward gives
  /// them, one target for each image. Throws Error{bad_data} if they do not fit each other.
  virtual at::Tensor loss(const std::vector<at::Tensor>& outputs,
                          std::span<const Target> targets) = 0;

  /// What is trained with the network and is no part of it, such as a head's class centres; none
  /// where nothing else is said.
  virtual std::vector<at::Tensor> parameters();
};

/// What an objective may ask about the training.
struct ObjectiveFacts {
  const Graph& graph;
  Shape input;      ///< of a batch
  int classes = 0;  ///< of the data set; persons for faces
  std::uint64_t seed = 1;
  std::string device = "cpu";  ///< of the outputs, and of the objective's own parameters
};

/// `options` are the recipe's: {"kind": "softmax"}, {"kind": "arc-face", "scale": 32}, ...
using MakeObjective = std::unique_ptr<Objective> (*)(const Json& options,
                                                     const ObjectiveFacts& facts);

/// All objectives, by name.
std::span<const Entry<MakeObjective>> objectives();

}  // namespace bench
