#include "models/zoo/resnet50.h"

namespace bench {
namespace {

// A small last gain, as trained networks have it, keeps up to sixteen sums from growing.
constexpr float residual_gain = 0.3f;

// What is added to a block's result: its input, through a 1x1 convolution where its shape differs.
NodeId shortcut_of(Untrained& net, const std::string& name, int outputs, int stride) {
  const NodeId input = net.here();
  const int channels = net.channels();
  if (channels == outputs && stride == 1) return input;
  net.conv(name + ".downsample.0", {.outputs = outputs, .stride = stride});
  const NodeId shortcut = net.batch_norm(name + ".downsample.1");
  net.go_to(input, channels);
  return shortcut;
}

// 3x3, 3x3, plus the shortcut.
void basic_block(Untrained& net, const std::string& name, int width, int stride) {
  const NodeId shortcut = shortcut_of(net, name, width, stride);
  net.conv(name + ".conv1", {.outputs = width, .kernel = 3, .stride = stride, .pad = 1});
  net.batch_norm(name + ".bn1");
  net.relu(name + ".relu1");
  net.conv(name + ".conv2", {.outputs = width, .kernel = 3, .pad = 1});
  net.batch_norm(name + ".bn2", residual_gain);
  net.add(name + ".add", shortcut);
  net.relu(name + ".relu2");
}

// 1x1 down to `width`, 3x3, 1x1 up to 4 * `width`, plus the shortcut.
void bottleneck(Untrained& net, const std::string& name, int width, int stride) {
  const NodeId shortcut = shortcut_of(net, name, 4 * width, stride);
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

struct Architecture {
  void (*block)(Untrained& net, const std::string& name, int width, int stride);
  int blocks[4];  ///< of each stage
};

Graph resnet(const Build& build, const Architecture& architecture) {
  Untrained net(build, image_of(build, 224));
  net.conv("conv1", {.outputs = channels_of(build, 64), .kernel = 7, .stride = 2, .pad = 3});
  net.batch_norm("bn1");
  net.relu("relu");
  net.max_pool("maxpool", 3, 2, 1);
  int layer = 0;
  for (const int blocks : architecture.blocks) {
    const int width = channels_of(build, 64 << layer);
    ++layer;
    for (int b = 0; b < blocks; ++b) {
      const std::string name = "layer" + std::to_string(layer) + "." + std::to_string(b);
      architecture.block(net, name, width, b == 0 && layer > 1 ? 2 : 1);
    }
  }
  net.global_average_pool("avgpool");
  net.linear("fc", classes_of(build, 1000));
  return std::move(net).finish("logits");
}

}  // namespace

Graph resnet50(const Build& build) { return resnet(build, {bottleneck, {3, 4, 6, 3}}); }
Graph resnet18(const Build& build) { return resnet(build, {basic_block, {2, 2, 2, 2}}); }

}  // namespace bench
