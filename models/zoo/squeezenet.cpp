#include "models/zoo/squeezenet.h"

namespace bench {
namespace {

void conv_relu(Untrained& net, const std::string& name, ConvShape shape) {
  shape.bias = true;
  net.conv(name, shape);
  net.relu(name + ".relu");
}

// 1x1 down to `squeezed`, then 1x1 and 3x3 up to `expanded` each, side by side.
void fire(Untrained& net, const std::string& name, int squeezed, int expanded) {
  conv_relu(net, name + ".squeeze1x1", {.outputs = squeezed});
  const NodeId narrow = net.here();
  conv_relu(net, name + ".expand1x1", {.outputs = expanded});
  const NodeId left = net.here();
  net.go_to(narrow, squeezed);
  conv_relu(net, name + ".expand3x3", {.outputs = expanded, .kernel = 3, .pad = 1});
  net.go_to(net.join(name + ".concat", Concat{}, {left, net.here()}), 2 * expanded);
}

}  // namespace

Graph squeezenet(const Build& build) {
  Untrained net(build, image_of(build, 227));
  conv_relu(net, "conv1", {.outputs = channels_of(build, 64), .kernel = 3, .stride = 2});
  int number = 1;
  const auto two_fires = [&](int squeezed, int expanded) {
    for (int i = 0; i < 2; ++i) {
      fire(net, "fire" + std::to_string(++number), channels_of(build, squeezed),
           channels_of(build, expanded));
    }
  };
  net.max_pool("pool1", 3, 2, 0);
  two_fires(16, 64);
  net.max_pool("pool3", 3, 2, 0);
  two_fires(32, 128);
  net.max_pool("pool5", 3, 2, 0);
  two_fires(48, 192);
  two_fires(64, 256);
  conv_relu(net, "conv10", {.outputs = classes_of(build, 1000)});
  net.global_average_pool("avgpool");
  return std::move(net).finish("logits");
}

}  // namespace bench
