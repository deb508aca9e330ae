#pragma once
// Training: a recipe in, a network's file and its model card out. Programs built without libtorch
// say so when asked.

#include <atomic>
#include <functional>
#include <string>

#include "bench/model_card.h"
#include "bench/training_recipe.h"

namespace bench {

struct TrainingRequest {
  TrainingRecipe recipe;
  std::string data;            ///< folder of drawn sets, each drawn when it is not there; for a
                               ///< recipe that draws nothing: the data set
  std::string judge;           ///< the data set to measure on; empty: the recipe's
  WeightsPlaces weights;       ///< where networks to start from are, after `out`
  std::string out;             ///< folder of results and checkpoints
  bool restart = false;        ///< throw a checkpoint away first
  int threads = 1;             ///< results depend on their number,
  std::string device = "cpu";  ///< and on this: cpu or cuda
  int checkpoint_every = 500;  ///< steps
  std::string command;         ///< for the card
};

struct TrainingProgress {
  int step = 0, steps = 0;  ///< made, wanted
  int before = 0;           ///< made by an earlier run
  double loss = 0;          ///< of this step
  double mean_loss = 0;     ///< of the last hundred or so
  double learning_rate = 0;
};

struct TrainingCalls {
  const std::atomic<bool>& stop;                          ///< write a checkpoint and return
  std::function<void(const TrainingProgress&)> progress;  ///< after every step
  std::function<void(const std::string&)> say;            ///< what else is being done
};

struct TrainingResult {
  bool complete = false;      ///< else it was stopped, and goes on with the same request
  std::string weights, card;  ///< paths
  double value = 0;           ///< of the metric; NaN where there is no judge
  std::string metric;
};

/// Trains, or goes on from OUT/NAME.checkpoint; writes OUT/NAME.safetensors and OUT/NAME.json.
/// Throws Error{unsupported} in a program built without training, and Error of any kind: a loss
/// that is not finite is Error{bad_data} naming the step.
TrainingResult train(const TrainingRequest& request, const TrainingCalls& calls);

}  // namespace bench
