#pragma once
// Scales of binary layers found on images instead of by training.

#include "models/passes/binarize.h"
#include "models/passes/correct_bias.h"

namespace bench {

/// The scales of all learned layers: for each output channel the one that brings the layer's result
/// nearest to the float network's, in the sum of squares over images and pixels. With y the float
/// layer's result and z the binary one's at scale 1, both less the bias that the binary layer
/// keeps, that is <y, z> / <z, z>, or 0 where this is negative. Layers are fitted in order, each
/// reading what the binarised layers before it give, so that a scale also makes up for what they
/// have done to the layer's input; both networks run once per learned layer and image, up to that
/// layer. XNOR-Net++ (Bulat and Tzimiropoulos 2019, arXiv 1909.13863, case 1) trains the same
/// scales by gradient. Throws as binarize, and Error{missing} if there are no images.
LayerScales fit_scales(const Graph& original, std::span<const BinarizeRule> rules,
                       const ForEachImage& images, const PrepareGraph& prepare);

}  // namespace bench
