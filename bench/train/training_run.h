#pragma once
// A training in progress: one network, its optimizer, objective and grids, step by step.

#include <memory>
#include <optional>

#include "bench/train/checkpoint.h"
#include "bench/train/grid_follower.h"
#include "bench/train/objective.h"
#include "bench/train/prune_loss.h"
#include "bench/train/rounded_factors.h"
#include "bench/train/training_images.h"
#include "bench/training_recipe.h"

namespace bench {

/// What a training starts with: a network, with the grids it is trained with.
struct StartNetwork {
  Graph graph;
  std::optional<GridFollower> follower{};
};

/// What passes are shown: `count` images as they are, one from each stretch of the data set, which
/// may be sorted.
CalibrationInputs inputs_of(const TrainingImages& images, std::size_t count);

/// `float_graph` with what the recipe's `quantize` makes of it, its ranges from the first images.
/// Throws as apply and GridFollower.
StartNetwork start_network(const TrainingRecipe& recipe, Graph float_graph,
                           const TrainingImages& images);

class TrainingRun {
 public:
  /// All must outlive it. `device`: where everything is computed, by libtorch's name for it. Throws
  /// Error naming what of the recipe does not fit the network.
  TrainingRun(const TrainingRecipe& recipe, StartNetwork start, TrainingImages& images,
              const std::string& device = "cpu");

  ~TrainingRun();

  /// Steps made so far.
  int done() const { return done_; }

  struct Step {
    double loss = 0, learning_rate = 0;
  };

  /// The next one. Throws Error{bad_data} naming the step if its loss or gradients are not finite;
  /// Error{unsupported} with what libtorch says if its device cannot compute it.
  Step step();

  /// Everything to go on from here.
  NamedTensors save(std::map<std::string, std::string> notes) const;

  /// REQUIRES what `save` gave for the same recipe and images, on any device. Throws
  /// Error{bad_data}.
  void load(const NamedTensors& saved, int done);

  /// The network as trained so far, with its grids.
  Graph result() const;

 private:
  Step compute_step();
  void follow_grids();
  void require_finite(const char* what, double value) const;

  const TrainingRecipe& recipe_;
  TrainingImages& images_;
  std::optional<GridFollower> follower_;
  std::optional<PruneLoss> prune_{};
  RoundedFactors factors_;
  TrainableGraph net_;
  std::unique_ptr<Objective> objective_{};
  std::optional<Optimizer> optimizer_{};
  int done_ = 0;
};

}  // namespace bench
