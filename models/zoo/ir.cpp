#include "models/zoo/ir.h"

#include <array>
#include <span>

namespace bench {
namespace {

// A small last gain keeps up to 24 sums from growing; see resnet50.cpp.
constexpr float residual_gain = 0.3f;

// What is added to a unit's result: its input; every second pixel of it; or these through a 1x1
// convolution, where the number of channels differs.
NodeId shortcut_of(Untrained& net, const std::string& name, int outputs, int stride) {
  if (net.channels() != outputs) {
    net.conv(name + ".shortcut_layer.0", {.outputs = outputs, .stride = stride});
    return net.batch_norm(name + ".shortcut_layer.1");
  }
  return stride == 1 ? net.here() : net.max_pool(name + ".shortcut_layer", 1, stride, 0);
}

void unit(Untrained& net, const std::string& name, int outputs, int stride) {
  const NodeId input = net.here();
  const int channels = net.channels();
  net.batch_norm(name + ".res_layer.0");
  net.conv(name + ".res_layer.1", {.outputs = outputs, .kernel = 3, .pad = 1});
  net.prelu(name + ".res_layer.2");
  net.conv(name + ".res_layer.3", {.outputs = outputs, .kernel = 3, .stride = stride, .pad = 1});
  const NodeId residual = net.batch_norm(name + ".res_layer.4", residual_gain);
  net.go_to(input, channels);
  const NodeId shortcut = shortcut_of(net, name, outputs, stride);
  net.go_to(residual, outputs);
  net.add(name + ".add", shortcut);
}

Graph ir(const Build& build, std::span<const int> units) {
  const Shape image = image_of(build, 112);
  Untrained net(build, image);
  net.conv("input_layer.0", {.outputs = channels_of(build, 64), .kernel = 3, .pad = 1});
  net.batch_norm("input_layer.1");
  net.prelu("input_layer.2");
  int number = 0, width = 64;
  for (const int stage : units) {
    for (int i = 0; i < stage; ++i) {
      unit(net, "body." + std::to_string(number++), channels_of(build, width), i == 0 ? 2 : 1);
    }
    width *= 2;
  }
  net.batch_norm("output_layer.0");
  const auto halved_four_times = [](std::int64_t size) { return (size + 15) / 16; };
  net.flatten("output_layer.2",
              static_cast<int>(halved_four_times(image[2]) * halved_four_times(image[3])));
  net.linear("output_layer.3", classes_of(build, 512));
  net.batch_norm("output_layer.4");
  return std::move(net).finish("embedding");
}

}  // namespace

Graph ir_50(const Build& build) { return ir(build, std::array{3, 4, 14, 3}); }
Graph ir_18(const Build& build) { return ir(build, std::array{2, 2, 2, 2}); }

}  // namespace bench
