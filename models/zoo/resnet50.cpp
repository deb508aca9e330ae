#include "models/zoo/resnet50.h"

namespace bench {
namespace {

struct Stage {
  int blocks, width, stride;
};
constexpr Stage stages[] = {{3, 64, 1}, {4, 128, 2}, {6, 256, 2}, {3, 512, 2}};

// A small last gain, as trained networks have it, keeps sixteen sums from growing.
constexpr float residual_gain = 0.3f;

// 1x1 down to `width`, 3x3, 1x1 up to 4 * `width`, plus the input (through a 1x1 convolution where
// its shape differs).
void bottleneck(Untrained& net, const std::string& name, int width, int stride) {
  const NodeId input = net.here();
  const int channels = net.channels();
  NodeId shortcut = input;
  if (channels != 4 * width) {
    net.conv(name + ".downsample.0", {.outputs = 4 * width, .stride = stride});
    shortcut = net.batch_norm(name + ".downsample.1");
    net.go_to(input, channels);
  }
  net.conv(name + ".conv1", {.outputs = width});
  net.batch_norm(name + ".bn1");
  net.relu(name + ".relu1");
  net.conv(name + ".conv2", {.outputs = width, .kernel = 3, .stride = stride, .pad = 1});
  net.batch_norm(name + ".bn2");
  net.relu(name + ".relu2");
  net.conv(name + ".conv3", {.outputs = 4 * width});
  net.batch_norm(name + ".bn3", residual_gain);
  net.add(name + ".add", shortcut);
  net.relu(name + ".relu3");
}

}  // namespace

Graph resnet50(const Build& build) {
  Untrained net(build, image_of(build, 224));
  net.conv("conv1", {.outputs = channels_of(build, 64), .kernel = 7, .stride = 2, .pad = 3});
  net.batch_norm("bn1");
  net.relu("relu");
  net.max_pool("maxpool", 3, 2, 1);
  int layer = 0;
  for (const auto& [blocks, width, stride] : stages) {
    ++layer;
    for (int b = 0; b < blocks; ++b) {
      const std::string name = "layer" + std::to_string(layer) + "." + std::to_string(b);
      bottleneck(net, name, channels_of(build, width), b == 0 ? stride : 1);
    }
  }
  net.global_average_pool("avgpool");
  net.linear("fc", classes_of(build, 1000));
  return std::move(net).finish("logits");
}

}  // namespace bench
