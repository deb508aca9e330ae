#pragma once
// A recipe: how a float network becomes a quantised one. It is an ordered list of named passes with
// options; a preset is a name for such a list. Written as
//
//   dfq    dfq:bias_bits=16,correct_bias=true    recipe.json             on the command line
//   "dfq"  {"preset": "dfq", "bias_bits": 16}    {"passes": [{"pass": "equalize"}, ...]}    in JSON
//
// A record holds the list of passes with every option, which is a recipe again.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/graph.h"
#include "models/json.h"
#include "models/passes/binarize.h"
#include "models/passes/calibrate.h"
#include "models/passes/correct_bias.h"
#include "models/passes/equalize.h"
#include "models/passes/quantize.h"
#include "models/passes/unbalance.h"
#include "models/registry.h"

namespace bench {

namespace pass {

/// Batch norms into their layers, constants computed. Their statistics are kept for later passes.
struct FoldBatchNorm {};

/// ReLU6 -> ReLU, or a clip at another height.
struct ReplaceRelu6 {
  double cap = 0;  ///< 0: none
};

/// Factors of the batch norms that are not folded, onto the grid this gives them.
struct RoundBatchNorm {
  Scheme grid{.form = Scheme::Form::offset, .is_signed = false, .narrow = false};
};

/// Channels scaled apart by powers of two: the float answers stay, and equalization has something
/// to bring back. Comes before fold-batch-norm.
struct Unbalance {
  UnbalanceOptions options{};
  bool spare_relu6 = false;  ///< not channels of a ReLU6 that reach 6 on calibration images
};

/// Channels that are 0 on all calibration images wherever they are read. Comes before
/// fold-batch-norm.
struct PruneDeadChannels {};

/// Fails if the float answers move by more than `tolerance` of their largest magnitude.
struct Equalize {
  EqualizeOptions options{};
  double answers = 1e-5;
};

struct AbsorbBias {
  double deviations = 3;
  bool only_scaled = true;  ///< only channels that the equalization before has scaled up
};

struct ClipWeights {
  double low = -15, high = 15;
};

/// For what grids have done to weights since the first `quantize`, from batch norm statistics.
struct CorrectBias {};

/// The same with calibration images.
struct CorrectBiasOnData {};

/// The ranges of activations, for every `quantize` that follows.
struct Calibrate {
  enum class Rule {
    max,
    moving_average,
    percentile,
    kl,
    mse,
    data_free,  ///< from batch norm statistics, followed through the network
    document,   ///< from batch norm statistics, as document 5 does it
  };
  Rule rule = Rule::max;
  double percent = 99.99;            ///< percentile
  double decay = 0.999;              ///< moving_average
  bool zero_debiased = true;         ///< moving_average
  int bits = 8;                      ///< kl
  Scheme grid{};                     ///< mse: the grid whose error is to be least
  double sigmas = 6;                 ///< data_free, document
  Range image{-2.11790393f, 2.64f};  ///< data_free, document: of the Input
};

struct Quantize {
  std::vector<QuantizeRule> rules;
};

/// Layers that multiply by signs. Learned scales are those given, or fitted on calibration images
/// where none are.
struct Binarize {
  std::vector<BinarizeRule> rules;
  LayerScales scales = {};
};

}  // namespace pass

using Pass = std::variant<pass::FoldBatchNorm, pass::RoundBatchNorm, pass::ReplaceRelu6,
                          pass::Equalize, pass::AbsorbBias, pass::ClipWeights, pass::CorrectBias,
                          pass::CorrectBiasOnData, pass::Calibrate, pass::Quantize, pass::Binarize,
                          pass::Unbalance, pass::PruneDeadChannels>;

struct Recipe {
  std::string name = {};  ///< "dfq-bias16": short, fit for a file's name; empty: no recipe
  std::vector<Pass> passes{};

  bool empty() const { return passes.empty(); }
};

/// As typed: a preset with options, or a path to JSON (with a "/" before any ":", or ending in
/// ".json"); "none" is the empty recipe. Throws Error{usage} with a did-you-mean, Error{missing},
/// and as recipe_of.
Recipe parse_recipe(const std::string& text);

/// As written in JSON; `file` and `place` for messages, `name` for one that has none. Throws
/// Error{bad_data} naming them and the key: unknown, of another type or out of range.
Recipe recipe_of(const Json& json, const std::string& file, const std::string& place = "",
                 const std::string& name = "recipe");

/// {"name": ..., "passes": [...]}, every option written out. recipe_of reads it back.
Json to_json(const Recipe& recipe);

/// Whether a pass wants to see images.
bool needs_images(const Recipe& recipe);

/// Named things, for `bench list`.
struct RecipePart {
  std::string name, about, options;  ///< "bias_bits=8 relu=true ..."
};
std::vector<RecipePart> recipe_presets();
std::vector<RecipePart> recipe_passes();

/// What passes may show the network: prepared images, made when asked for, so that memory does not
/// grow with their number.
struct CalibrationInputs {
  std::size_t images = 0;
  /// The views of one image (most preparations make one).
  std::function<std::vector<Tensor>(std::size_t image)> load{};
  /// How a graph is run, e.g. run_showing of bench/run_showing.h with a backend that heeds grids;
  /// `evaluate_showing` if empty.
  std::function<RunShowing(const Graph&)> runner{};
  /// A typical input's, for a look at random numbers where there are no images; empty: the graph's
  /// own, 64 where it is open.
  Shape shape{};
};

/// What a pass did.
struct PassReport {
  std::string pass;
  std::string summary;  ///< "36 pairs scaled in 12 rounds, 17 layers left"
  std::vector<std::pair<std::string, std::string>> nodes{};  ///< node, and what became of it or why
                                                             ///< it was left alone
};

struct Quantized {
  Graph graph;
  std::vector<PassReport> reports;
  Ranges ranges;  ///< of activations, as last calibrated
};

/// The graph after all passes; `graph` as load_network gives it, batch norms and all. Throws
/// Error{usage} if it has grids already (`file` names it), Error{missing} if a pass wants images
/// and there are none, and as the passes do.
Quantized apply(const Recipe& recipe, Graph graph, const CalibrationInputs& inputs,
                const std::string& file);

}  // namespace bench
