#include "models/zoo/ssd_lite_mobilenet_v2.h"

#include "models/zoo/box_heads.h"
#include "models/zoo/mobilenet_v2_parts.h"

namespace bench {
namespace {

constexpr int priors = 6;  // in each cell

/// A map that heads look at.
struct Source {
  NodeId node;
  int channels;
};

// The expanding layer of the first block of stride 32, and the last layer.
std::vector<Source> add_backbone(Untrained& net, double width) {
  constexpr int first_of_stride_32 = 14;
  conv_bn_relu6(net, "features.0",
                {.outputs = divisible(32 * width), .kernel = 3, .stride = 2, .pad = 1});
  std::vector<Source> sources;
  int feature = 0;
  for (const MobileStage& stage : mobilenet_v2_stages) {
    for (int i = 0; i < stage.repetitions; ++i) {
      const Expanded expanded = inverted_residual(net, "features." + std::to_string(++feature),
                                                  {.expansion = double(stage.expansion),
                                                   .channels = divisible(stage.channels * width),
                                                   .stride = i == 0 ? stage.stride : 1});
      if (feature == first_of_stride_32) sources.push_back({expanded.node, expanded.channels});
    }
  }
  conv_bn_relu6(net, "features.18", {.outputs = divisible(1280 * width)});
  sources.push_back({net.here(), net.channels()});
  return sources;
}

// Blocks that halve the map and narrow it before the depthwise layer.
void add_extras(Untrained& net, double width, std::vector<Source>& sources) {
  constexpr struct {
    int channels;
    double expansion;
  } extras[] = {{512, 0.2}, {256, 0.25}, {256, 0.5}, {64, 0.25}};
  int index = 0;
  for (const auto& [channels, expansion] : extras) {
    inverted_residual(
        net, "extras." + std::to_string(index++),
        {.expansion = expansion, .channels = divisible(channels * width), .stride = 2});
    sources.push_back({net.here(), net.channels()});
  }
}

// Depthwise and pointwise, but for the last map, of one pixel: pointwise.
NodeId add_head(Untrained& net, const std::string& name, const Source& source, int numbers,
                bool is_last) {
  net.go_to(source.node, source.channels);
  if (!is_last) {
    conv_bn_relu6(net, name + ".depthwise",
                  {.outputs = source.channels,
                   .kernel = 3,
                   .pad = 1,
                   .groups = source.channels,
                   .bias = true});
  }
  net.conv(name, {.outputs = priors * numbers, .bias = true});
  return flatten_head(net, name, numbers);
}

NodeId add_heads(Untrained& net, const std::string& name, const std::vector<Source>& sources,
                 int numbers) {
  std::vector<NodeId> levels;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    levels.push_back(add_head(net, name + "." + std::to_string(i), sources[i], numbers,
                              i + 1 == sources.size()));
  }
  return join_heads(net, name, std::move(levels));
}

}  // namespace

Graph ssd_lite_mobilenet_v2(const Build& build) {
  Untrained net(build, image_of(build, 300));
  std::vector<Source> sources = add_backbone(net, build.width);
  add_extras(net, build.width, sources);
  const NodeId boxes = add_heads(net, "regression_headers", sources, 4);
  const NodeId logits = add_heads(net, "classification_headers", sources, classes_of(build, 21));
  return std::move(net).finish({{"boxes", boxes}, {"logits", logits}});
}

}  // namespace bench
