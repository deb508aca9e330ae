#include "models/passes/clip_weights.h"

#include <algorithm>

#include "models/error.h"
#include "models/passes/layers.h"

namespace bench {

ClippedWeights clip_weights(Graph graph, float low, float high) {
  if (!(low < high)) {
    throw Error(Fault::usage, "clip_weights: " + std::to_string(low) + " is not less than " +
                                  std::to_string(high));
  }
  ClippedWeights result{std::move(graph), {}};
  for (Node& node : result.graph.nodes) {
    require_changeable(node);
    Tensor* weight = weight_of(node.op);
    if (!weight) continue;
    ClippedLayer layer{node.name};
    for (float& w : weight->data<float>()) {
      layer.weights += w < low || w > high;
      w = std::clamp(w, low, high);
    }
    if (layer.weights > 0) result.clipped.push_back(std::move(layer));
  }
  return result;
}

}  // namespace bench
