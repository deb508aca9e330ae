#include "models/zoo/mobilenet_v2.h"

#include "models/zoo/mobilenet_v2_parts.h"

namespace bench {
namespace {

constexpr double narrowest_published = 0.35;

int last_channels(double width) {
  return divisible(1280 * (width < narrowest_published ? width : std::max(1.0, width)));
}

Untrained mobilenet_v2_until_mean(const Build& build, int published_image, int last) {
  Untrained net(build, image_of(build, published_image));
  conv_bn_relu6(net, "features.0",
                {.outputs = divisible(32 * build.width), .kernel = 3, .stride = 2, .pad = 1});
  int feature = 0;
  for (const MobileStage& stage : mobilenet_v2_stages) {
    for (int i = 0; i < stage.repetitions; ++i) {
      inverted_residual(net, "features." + std::to_string(++feature),
                        {.expansion = static_cast<double>(stage.expansion),
                         .channels = divisible(stage.channels * build.width),
                         .stride = i == 0 ? stage.stride : 1});
    }
  }
  conv_bn_relu6(net, "features.18", {.outputs = last});
  net.global_average_pool("avgpool");
  return net;
}

}  // namespace

Graph mobilenet_v2(const Build& build) {
  Untrained net = mobilenet_v2_until_mean(build, 224, last_channels(build.width));
  net.linear("classifier", classes_of(build, 1000));
  return std::move(net).finish("logits");
}

Graph mobilenet_v2_face(const Build& build) {
  Untrained net = mobilenet_v2_until_mean(build, 112, divisible(1024 * build.width));
  net.linear("classifier.1", classes_of(build, 512));
  return std::move(net).finish("embedding");
}

}  // namespace bench
