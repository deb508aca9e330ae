#include "models/zoo/mobilenet_v2.h"

namespace bench {
namespace {

// Table 2 of the paper: expansion t, channels c, repetitions n, stride s of the first.
struct Stage {
  int expansion, channels, repetitions, stride;
};
constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                            {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

// To the nearest multiple of 8, but by no more than a tenth downwards. Source: the reference code's
// _make_divisible (tensorflow/models, slim/nets/mobilenet).
int divisible(double channels) {
  const int nearest = std::max(8, static_cast<int>(channels + 4) / 8 * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

void conv_bn_relu6(Untrained& net, const std::string& name, const ConvShape& shape) {
  net.conv(name, shape);
  net.batch_norm(name + ".bn");
  net.relu6(name + ".relu6");
}

// Expand (where t > 1), depthwise 3x3, project without an activation; plus the input where the
// shape is the same.
void inverted_residual(Untrained& net, const std::string& name, const Stage& stage, int stride) {
  const NodeId input = net.here();
  const int channels = net.channels(), hidden = channels * stage.expansion;
  if (stage.expansion > 1) conv_bn_relu6(net, name + ".expand", {.outputs = hidden});
  conv_bn_relu6(net, name + ".depthwise",
                {.outputs = hidden, .kernel = 3, .stride = stride, .pad = 1, .groups = hidden});
  net.conv(name + ".project", {.outputs = stage.channels});
  net.batch_norm(name + ".project.bn");
  if (stride == 1 && channels == stage.channels) net.add(name + ".add", input);
}

}  // namespace

Graph mobilenet_v2(const Build& build) {
  Untrained net(build, image_of(build, 224));
  conv_bn_relu6(net, "features.0",
                {.outputs = divisible(32 * build.width), .kernel = 3, .stride = 2, .pad = 1});
  int feature = 0;
  for (Stage stage : stages) {
    stage.channels = divisible(stage.channels * build.width);
    for (int i = 0; i < stage.repetitions; ++i) {
      const std::string name = "features." + std::to_string(++feature);
      inverted_residual(net, name, stage, i == 0 ? stage.stride : 1);
    }
  }
  conv_bn_relu6(net, "features.18", {.outputs = divisible(1280 * std::max(1.0, build.width))});
  net.global_average_pool("avgpool");
  net.linear("classifier", classes_of(build, 1000));
  return std::move(net).finish("logits");
}

}  // namespace bench
