#include "models/zoo/mobilenet_v1.h"

namespace bench {
namespace {

struct Block {
  int channels, stride;
};
// Table 1 of the paper: a depthwise layer of this stride and a pointwise one of so many channels.
constexpr Block blocks[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                            {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

// Convolutions with padding "SAME", and the size of the map they have come to.
struct Walk {
  Untrained net;
  Pair size;

  void conv_bn_relu6(const std::string& name, ConvShape shape) {
    shape.extra = same_padding(size, shape.kernel, shape.stride);
    size = {(size.h + shape.stride - 1) / shape.stride, (size.w + shape.stride - 1) / shape.stride};
    net.conv(name, shape);
    net.batch_norm(name + "_bn", 1, 1e-3f);
    net.relu6(name + "_relu");
  }
};

}  // namespace

Graph mobilenet_v1(const Build& build) {
  const Shape image = image_of(build, 224);
  Walk walk{Untrained(build, image), {static_cast<int>(image[2]), static_cast<int>(image[3])}};
  walk.conv_bn_relu6("conv1", {.outputs = channels_of(build, 32), .kernel = 3, .stride = 2});
  int number = 0;
  for (const auto& [channels, stride] : blocks) {
    const std::string place = std::to_string(++number);
    const int inputs = walk.net.channels();
    walk.conv_bn_relu6("conv_dw_" + place,
                       {.outputs = inputs, .kernel = 3, .stride = stride, .groups = inputs});
    walk.conv_bn_relu6("conv_pw_" + place, {.outputs = channels_of(build, channels)});
  }
  walk.net.global_average_pool("global_average");
  walk.net.linear("conv_preds", classes_of(build, 1000));
  return std::move(walk.net).finish("logits");
}

}  // namespace bench
