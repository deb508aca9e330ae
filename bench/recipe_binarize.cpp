#include <fmt/format.h>

#include <algorithm>

#include "bench/recipe_parts.h"
#include "bench/recipe_showing.h"
#include "models/error.h"
#include "models/passes/binarize_fit.h"

namespace bench {
namespace {

using Scale = BinaryScheme::Scale;

LayerScales scales_for(const pass::Binarize& pass, const Graph& graph,
                       const CalibrationInputs& inputs) {
  if (!needs_images(pass)) return pass.scales;
  if (inputs.images == 0) {
    throw Error(Fault::missing,
                "binarize: learned scales are fitted on images, and there are none; give "
                "--calibration-images N with a data set, or --calibration-data, or scales in the "
                "recipe");
  }
  return fit_scales(
      graph, pass.rules, [&inputs](const auto& take) { for_each(inputs, take); },
      as_prepare(inputs));
}

std::string text_of(const BinarizedLayer& layer) {
  std::string text = layer.scheme.input == BinaryScheme::Input::sign ? "signs times signs"
                                                                     : "real numbers times signs";
  if (layer.zero_scales > 0) text += fmt::format("; {} channels of scale 0", layer.zero_scales);
  return text;
}

}  // namespace

bool needs_images(const pass::Binarize& pass) {
  const auto learned = [](const BinarizeRule& rule) {
    return rule.scheme && rule.scheme->scale == Scale::learned;
  };
  return pass.scales.empty() && std::ranges::any_of(pass.rules, learned);
}

PassReport apply(const pass::Binarize& pass, Graph& graph, const CalibrationInputs& inputs) {
  const LayerScales scales = scales_for(pass, graph, inputs);
  Binarized result = binarize(std::move(graph), pass.rules, scales);
  graph = std::move(result.graph);
  PassReport report{"binarize", "", {}};
  const auto signs = std::ranges::count_if(result.layers, [](const BinarizedLayer& layer) {
    return layer.scheme.input == BinaryScheme::Input::sign;
  });
  report.summary = fmt::format("{} layer{} binary, {} of them with binary inputs",
                               result.layers.size(), result.layers.size() == 1 ? "" : "s", signs);
  for (const std::size_t rule : result.idle) {
    report.summary += fmt::format("; rule {} fits no layer", rule + 1);
  }
  for (const BinarizedLayer& layer : result.layers) {
    report.nodes.emplace_back(layer.layer, text_of(layer));
  }
  return report;
}

}  // namespace bench
