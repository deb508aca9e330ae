#pragma once
// Binary layers as a rewrite: which layers of a network multiply by signs, and what else they do
// then. What is written is graph.h's binary form and ordinary nodes; every backend can run it.

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/node_filter.h"

namespace bench {

/// What a Conv2d or Linear becomes. Its weights are their signs, sign(0) = +1; K is the number of
/// its products for one result (input channels of a group * kernel); dot is their sum.
struct BinaryScheme {
  enum class Input {
    sign,  ///< the signs of what it reads
    real,  ///< what it reads
  };
  /// What results are multiplied by. A factor of 0, which no grid has, becomes the smallest normal
  /// float.
  enum class Scale {
    none,
    mean_abs,  ///< the mean of |w|, for each output channel (Rastegari et al. 2016, equation 6)
    /// The same, and the mean of |x| under the kernel, for each pixel (equation 11); |x| is 0 where
    /// the layer pads, whatever the signs are there. For a Linear: of the row.
    xnor_net,
    learned,  ///< given, for each output channel
  };
  enum class Output {
    dot,
    popcount,  ///< (K + dot) / 2: the equal bits, as BMXNet v1 gives them
    half,      ///< dot / 2: BMXNet v2's dense layer, whose offset is 0
  };
  enum class Padding {
    minus_one,  ///< -1: BMXNet v2
    plus_one,   ///< +1: BMXNet v1, which pads with 0 before it takes signs
    zero,       ///< 0 in the sum
  };
  Input input = Input::sign;
  Scale scale = Scale::mean_abs;
  Output output = Output::dot;
  Padding padding = Padding::zero;
  bool keeps_bias = false;
  friend bool operator==(const BinaryScheme&, const BinaryScheme&) = default;
};

/// Of all rules that fit a layer, the last one decides.
struct BinarizeRule {
  NodeFilter which = {};
  std::optional<BinaryScheme> scheme = {};  ///< nothing: the layer stays as it is
};

/// Learned scales by the name of the layer: one for each output channel, 0 or above.
using LayerScales = std::map<std::string, std::vector<float>, std::less<>>;

struct BinarizedLayer {
  std::string layer;
  BinaryScheme scheme{};
  int zero_scales = 0;  ///< channels whose factor was 0
};

struct Binarized {
  Graph graph;
  std::vector<BinarizedLayer> layers;  ///< in the graph's order
  std::vector<std::size_t> idle;       ///< numbers of the rules that fit no layer
};

/// The graph with binary layers. A layer keeps its name and its f32 weights, whose grid is binary;
/// the signs of X are a FakeQuantize X.sign, shared by all who read X; padding is a Pad node, of
/// the value before its signs are taken (plus_one) or of the signs (minus_one). XNOR-Net's input
/// scale is Abs, Reduce and AveragePool, and a Conv2d of equal weights where a pool cannot say it
/// (groups, dilation); NODE.scaled multiplies by it, and NODE.biased adds the bias.
///
/// Batch norms behind binary layers must not be folded into them: apply it before fold_batch_norm,
/// which then leaves them alone.
///
/// Throws Error{usage}: a rule naming (without *) what is no layer, no rule with a scheme fitting
/// any, a layer with grids already, popcounts or XNOR-Net's scale of real inputs, XNOR-Net's scale
/// of anything but `dot`, scales for what is no learned layer; Error{missing}: a learned layer
/// without scales; Error{bad_data}: weights or scales not finite, scales below 0 or not one for
/// each channel. All name the layer.
Binarized binarize(Graph graph, std::span<const BinarizeRule> rules,
                   const LayerScales& scales = {});

/// The layers that these rules give learned scales, in the graph's order.
std::vector<NodeId> learned_layers(const Graph& graph, std::span<const BinarizeRule> rules);

}  // namespace bench
