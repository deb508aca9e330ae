#pragma once
// A training recipe: all that decides what a trained network becomes. One seed, one file: the same
// recipe on the same machine gives the same bytes. Recipes are JSON files,
// bench/train/recipes/NAME.json, carried inside the program:
//
//   {"name": "mini-mobilenet-v1", "about": "...", "task": "imagenet",
//    "network": {"builder": "mobilenet-v1", "width": 0.25, "image": [64, 64], "classes": 24},
//    "prepare": "mini-64", "decode": "classifier", "objective": {"kind": "softmax"},
//    "images": {"draw": "classification", "count": 6000, "seed": 1001},
//    "augment": {"flip": true, "shift": 0.1, "zoom": 0.1, "brightness": 0.1},
//    "batch": 64, "steps": 1500,
//    "optimizer": {"kind": "sgd", "learning_rate": 0.1, "weight_decay": 0.0001},
//    "schedule": {"kind": "cosine", "warm_up": 50},
//    "seed": 1, "judge": {"data": "bundled:imagenet", "metric": "top1"}}

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/recipe.h"
#include "bench/train/optimizer.h"
#include "bench/train/trainable_graph.h"
#include "models/json.h"

namespace bench {

struct TrainingRecipe {
  std::string name, about;
  std::string task;                     ///< the data set; lfw: persons are the classes
  std::string prepare, decode, output;  ///< as a model card's

  /// Where the network comes from: one of the zoo, untrained, or an earlier training's result
  /// (`from`, the name of its recipe or of a model card), whose grids are taken away first.
  struct Network {
    std::string builder, from;
    double width = 1;
    Pair image{0, 0};
    int classes = 0;
  } network;

  Json objective;  ///< {"kind": ..., and its options}

  /// The training images: drawn by `draw_mini TASK --split train`. Without `draw`, the folder given
  /// holds the data set itself.
  struct Images {
    std::string draw;
    int count = 0;
    std::uint64_t seed = 1;
  } images;

  /// How far images are moved about, each by random numbers of its own. Boxes and label maps move
  /// along; what comes in from outside repeats the border, and is void in label maps.
  struct Augment {
    bool flip = false;      ///< left to right, every second time
    double shift = 0;       ///< up to this share of width and height
    double zoom = 0;        ///< by a factor between 1 - zoom and 1 + zoom
    double brightness = 0;  ///< up to this share of white is added or taken away
  } augment;

  int batch = 32, steps = 0;
  OptimizerOptions optimizer;

  struct Schedule {
    enum class Kind { constant, cosine, steps };
    Kind kind = Kind::cosine;
    int warm_up = 0;                 ///< steps of a rate that rises evenly from 0
    std::vector<std::int64_t> at{};  ///< steps: where the rate falls ...
    double factor = 0.1;             ///< ... to this share
  } schedule;

  double clip = 0;  ///< largest length of all gradients together; 0: any
  double batch_norm_momentum = 0.1;

  /// Grids to train with, put in before the first step. Those of weights follow the weights; those
  /// of activations follow moving averages of what batches show.
  Recipe quantize;
  struct Observe {
    int images = 64;       ///< that ranges begin with, by the recipe's own rule
    double decay = 0.99;   ///< range += (1 - decay) (batch's range - range)
    int freeze_after = 0;  ///< steps; then ranges stay. 0: never
  } observe;

  SignGradient sign_of_weights = SignGradient::binary_net;
  SignGradient sign_of_edges = SignGradient::binary_net;
  std::vector<std::string> freeze;  ///< nodes that keep their parameters, * standing for any text

  /// Document 1's loss that empties channels: alpha times the sum, over nodes, of the mean of the
  /// lowest floor(ratio * channels) of the channels' largest values (bench/train/prune_loss.h).
  struct Prune {
    double alpha = 0, ratio = 0;
    std::vector<std::string> nodes;  ///< names, * standing for any text
  };
  std::optional<Prune> prune;

  /// What becomes of the trained network, such as its dead channels removed: passes of a
  /// quantisation recipe, which see all training images. Not for a network with grids.
  Recipe finish;

  std::uint64_t seed = 1;

  struct Judge {
    std::string data;  ///< the data set that the card's figure is measured on, as a suite names it
    std::string metric;  ///< empty: the data set's first
  } judge;

  std::string digest;  ///< sha256 of all that was said
};

/// Throws Error{bad_data} naming `file` and key: unknown, missing, of another type or out of range.
TrainingRecipe parse_training_recipe(std::string_view text, const std::string& file);

/// All recipes in the program, by name.
const std::vector<TrainingRecipe>& training_recipes();

/// By name, or by path (anything with a "/" or ending in ".json"). Throws Error{usage} with a
/// did-you-mean; Error{missing}; as parse_training_recipe.
TrainingRecipe load_training_recipe(const std::string& name_or_path);

}  // namespace bench
