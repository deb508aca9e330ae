#include "models/passes/channel_maxima.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

void include(std::vector<float>& maxima, const Node& node, const Tensor& value) {
  const auto channels = static_cast<std::size_t>(value.dim(1));
  maxima.resize(channels, 0.0f);
  const auto values = value.data<float>();
  const std::size_t images = static_cast<std::size_t>(value.dim(0));
  const std::size_t pixels = values.size() / std::max<std::size_t>(1, images * channels);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      throw Error(Fault::bad_data, describe(node) + ": its value is not finite");
    }
    float& largest = maxima[i / pixels % channels];
    largest = std::max(largest, std::abs(values[i]));
  }
}

}  // namespace

ChannelMaxima channel_maxima(const Graph& graph, const ForEachImage& images,
                             const RunShowing& run) {
  ChannelMaxima result;
  images([&](const Tensor& image) {
    run(graph, image, [&](NodeId id, const Tensor& value) {
      const Node& node = graph.nodes[static_cast<std::size_t>(id)];
      if (value.rank() >= 2) include(result[node.name], node, value);
    });
  });
  if (result.empty()) throw Error(Fault::missing, "channel maxima: there are no images");
  for (const Node& node : graph.nodes) {  // which are not shown
    const auto* constant = std::get_if<Constant>(&node.op);
    if (constant && constant->value.rank() >= 2) include(result[node.name], node, constant->value);
  }
  return result;
}

ChannelMaxima channel_maxima(const Graph& graph, const ForEachImage& images) {
  return channel_maxima(graph, images, [](const Graph& g, const Tensor& x, const SeeValue& see) {
    evaluate_showing(g, x, see);
  });
}

}  // namespace bench
