#include "models/zoo/mobilenet_v2_parts.h"

#include <cmath>

namespace bench {

int divisible(double channels) {
  const int nearest = std::max(8, static_cast<int>(channels + 4) / 8 * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

void conv_bn_relu6(Untrained& net, const std::string& name, const ConvShape& shape) {
  net.conv(name, shape);
  net.batch_norm(name + ".bn");
  net.relu6(name + ".relu6");
}

Expanded inverted_residual(Untrained& net, const std::string& name, const MobileBlock& block) {
  const NodeId input = net.here();
  const int channels = net.channels(), pad = block.dilation;
  const int hidden = static_cast<int>(std::lround(channels * block.expansion));
  if (block.pads_input) net.append(name + ".pad", Pad{{0, 0, pad, pad}, {0, 0, pad, pad}});
  if (block.expansion != 1) conv_bn_relu6(net, name + ".expand", {.outputs = hidden});
  const Expanded expanded{net.here(), hidden};
  conv_bn_relu6(net, name + ".depthwise",
                {.outputs = hidden,
                 .kernel = 3,
                 .stride = block.stride,
                 .pad = block.pads_input ? 0 : pad,
                 .groups = hidden,
                 .dilation = block.dilation});
  net.conv(name + ".project", {.outputs = block.channels});
  net.batch_norm(name + ".project.bn");
  if (block.stride == 1 && channels == block.channels) net.add(name + ".add", input);
  return expanded;
}

}  // namespace bench
