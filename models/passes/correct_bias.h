#pragma once
// Bias correction: quantised weights shift the mean of what a layer gives; its bias takes that
// back. Comes after weights have their values or grids, and before biases have theirs.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/batch_statistics.h"
#include "models/passes/layer_pairs.h"

namespace bench {

struct CorrectedLayer {
  std::string layer;
  std::vector<double> added;  ///< to each bias
};

struct CorrectedBias {
  Graph graph;
  std::vector<CorrectedLayer> corrected;
  std::vector<LeftLayer> left;
};

/// Without data: bias -= sum over inputs and kernel of (W~ - W) E[x], where W~ is the weight
/// `quantized` computes with, W the one of the layer of the same name in `original`, E[x] as
/// channel_moments tells it of `original`. Borders count as if they were not padded. Every layer is
/// corrected against the float network's E[x]; document 5 carries corrections on into the
/// statistics of later layers instead. `image`: moments of the Input; without them the layers that
/// read it are left. REQUIRES both graphs valid, statistics as long as their layers have outputs.
/// Throws Error{bad_data} naming the node that `original` lacks or has in another shape, or whose
/// weights are not finite. Source: Nagel et al. 2019 (arXiv 1906.04721), equations 16 to 19.
CorrectedBias correct_bias(const Graph& original, Graph quantized,
                           const BatchStatistics& statistics,
                           const std::optional<ChannelStatistics>& image = std::nullopt);

/// Makes a graph ready to be run on many images: `evaluate` of models/reference.h, or a backend.
using RunGraph = std::function<std::vector<Tensor>(const Tensor&)>;
using PrepareGraph = std::function<RunGraph(const Graph&)>;

/// Shows images one after the other; may be asked to do so again.
using ForEachImage = std::function<void(const std::function<void(const Tensor&)>& take)>;

/// With data: layer after layer, bias -= mean of what `quantized` gives, corrected so far, less
/// mean of what `original` gives, per channel over all images and pixels. `quantized` runs once per
/// layer and image, up to that layer. Throws as above, and Error{missing} if there are no images.
/// Source: the same, appendix D.
CorrectedBias correct_bias_on(const Graph& original, Graph quantized, const ForEachImage& images,
                              const PrepareGraph& prepare);

}  // namespace bench
