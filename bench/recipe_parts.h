#pragma once
// What recipes are made of, by name: for reading, writing and listing them.

#include <span>
#include <string_view>
#include <utility>

#include "bench/recipe.h"

namespace bench {

struct NamedPass {
  std::string_view name, about, options;
  Pass (*make)();
};

template <class P>
Pass default_pass() {
  return P{};
}

/// In the order of Pass's alternatives.
inline constexpr NamedPass named_passes[] = {
    {"fold-batch-norm", "batch norms into their layers; their statistics are kept", "",
     default_pass<pass::FoldBatchNorm>},
    {"round-batch-norm", "factors of batch norms that are not folded onto a grid",
     "grid={form: offset, bits: 8}", default_pass<pass::RoundBatchNorm>},
    {"replace-relu6", "ReLU6 -> ReLU, or a clip at another height", "cap=0",
     default_pass<pass::ReplaceRelu6>},
    {"equalize", "channels of neighbouring layers scaled alike; answers checked",
     "range=spread tolerance=1e-09 patience=5 through_pools=true answers=1e-05",
     default_pass<pass::Equalize>},
    {"absorb-bias", "high biases moved through a ReLU", "deviations=3 only_scaled=true",
     default_pass<pass::AbsorbBias>},
    {"clip-weights", "outliers among weights cut off", "low=-15 high=15",
     default_pass<pass::ClipWeights>},
    {"correct-bias", "means shifted by quantised weights taken back, from batch norm statistics",
     "", default_pass<pass::CorrectBias>},
    {"correct-bias-on-data", "the same, from calibration images", "",
     default_pass<pass::CorrectBiasOnData>},
    {"calibrate",
     "ranges of activations: max, moving-average, percentile, kl, mse, data-free, "
     "document",
     "rule=max", default_pass<pass::Calibrate>},
    {"quantize", "grids, by rules about layers, tensors, names and positions", "rules=[]",
     default_pass<pass::Quantize>},
    {"binarize", "layers that multiply by signs, by rules about layers", "rules=[] scales={}",
     default_pass<pass::Binarize>},
    {"unbalance", "channels scaled apart by powers of two, float answers kept: equalize's test",
     "seed=1 lowest=-6 highest=0 spare_relu6=false", default_pass<pass::Unbalance>},
    {"prune-dead-channels", "channels that are 0 on all calibration images, removed", "",
     default_pass<pass::PruneDeadChannels>},
};

inline std::string_view name_of(const Pass& pass) { return named_passes[pass.index()].name; }

inline constexpr std::pair<std::string_view, pass::Calibrate::Rule> calibration_rules[] = {
    {"max", pass::Calibrate::Rule::max},
    {"moving-average", pass::Calibrate::Rule::moving_average},
    {"percentile", pass::Calibrate::Rule::percentile},
    {"kl", pass::Calibrate::Rule::kl},
    {"mse", pass::Calibrate::Rule::mse},
    {"data-free", pass::Calibrate::Rule::data_free},
    {"document", pass::Calibrate::Rule::document},
};

/// Throws Error{usage} with a did-you-mean.
pass::Calibrate::Rule calibration_rule(const std::string& name);

struct Preset {
  std::string_view name, about, options;
  std::vector<Pass> (*make)(JsonFields&);
};

/// Those that make layers binary.
std::span<const Preset> binary_presets();

/// Replaces the graph. Throws as binarize and fit_scales.
PassReport apply(const pass::Binarize& pass, Graph& graph, const CalibrationInputs& inputs);

/// The same, as unbalance and prune_dead_channels; Error{missing} where images are wanted.
PassReport apply(const pass::Unbalance& pass, Graph& graph, const CalibrationInputs& inputs);
PassReport apply(const pass::PruneDeadChannels& pass, Graph& graph,
                 const CalibrationInputs& inputs);

/// Whether scales have to be fitted.
bool needs_images(const pass::Binarize& pass);

/// {"preset": NAME, options}.
Recipe preset_of(const Json& json, const std::string& file, const std::string& place);

}  // namespace bench
