#include "models/zoo/deeplab_v3plus_mobilenet_v2.h"

#include <cmath>

#include "models/zoo/mobilenet_v2_parts.h"

namespace bench {
namespace {

void conv_bn_relu(Untrained& net, const std::string& name, const ConvShape& shape) {
  net.conv(name, shape);
  net.batch_norm(name + ".bn");
  net.relu(name + ".relu");
}

/// A feature map.
struct Map {
  NodeId node;
  int channels;
};

Map here(const Untrained& net) { return {net.here(), net.channels()}; }

// MobileNetV2 whose last strides are dilations. Goes to its end; gives the map of stride 4.
Map add_backbone(Untrained& net, double width) {
  constexpr int last_of_stride_4 = 3, output_stride = 16;
  conv_bn_relu6(net, "features.0",
                {.outputs = divisible(32 * width), .kernel = 3, .stride = 2, .pad = 1});
  Map low{};
  int feature = 0, reached = 2, dilation = 1;
  for (const MobileStage& stage : mobilenet_v2_stages) {
    const bool is_full = reached == output_stride;
    if (!is_full) reached *= stage.stride;
    for (int i = 0; i < stage.repetitions; ++i) {
      inverted_residual(net, "features." + std::to_string(++feature),
                        {.expansion = double(stage.expansion),
                         .channels = divisible(stage.channels * width),
                         .stride = i == 0 && !is_full ? stage.stride : 1,
                         .dilation = dilation,
                         .pads_input = true});
      if (feature == last_of_stride_4) low = here(net);
    }
    if (is_full) dilation *= stage.stride;  // for the stages behind it
  }
  return low;
}

Resize to_size(std::int64_t height, std::int64_t width) {
  return {.mode = Resize::Mode::linear,
          .coordinates = Resize::Coordinates::align_corners,
          .height = height,
          .width = width};
}

// The size of a map of this stride: every layer with a stride gives ceil(n / 2).
Resize to_stride(const Shape& image, int stride) {
  return to_size((image[2] + stride - 1) / stride, (image[3] + stride - 1) / stride);
}

// Atrous spatial pyramid pooling.
void add_pyramid(Untrained& net, const Shape& image, int channels) {
  const Map input = here(net);
  conv_bn_relu(net, "aspp.aspp1", {.outputs = channels});
  std::vector<NodeId> branches{net.here()};
  for (const int k : {1, 2, 3}) {
    const auto side = static_cast<double>(std::max(image[2], image[3]));
    const int rate = std::max(1, static_cast<int>(std::lround(6 * k * side / 513)));
    net.go_to(input.node, input.channels);
    conv_bn_relu(net, "aspp.aspp" + std::to_string(k + 1),
                 {.outputs = channels, .kernel = 3, .pad = rate, .dilation = rate});
    branches.push_back(net.here());
  }
  net.go_to(input.node, input.channels);
  net.append("aspp.pool", Reduce{Reduce::Kind::mean, {2, 3}, true});
  conv_bn_relu(net, "aspp.global", {.outputs = channels});
  branches.push_back(net.append("aspp.global.up", to_stride(image, 16)));
  net.join("aspp.concat", Concat{1}, std::move(branches));
  net.go_to(net.here(), 5 * channels);
  conv_bn_relu(net, "aspp.conv1", {.outputs = channels});
}

void add_decoder(Untrained& net, const Shape& image, const Map& low, const Build& build) {
  const int channels = channels_of(build, 256);
  const NodeId high = net.append("decoder.up", to_stride(image, 4));
  net.go_to(low.node, low.channels);
  conv_bn_relu(net, "decoder.conv1", {.outputs = channels_of(build, 48)});
  const int together = channels + net.channels();
  net.join("decoder.concat", Concat{1}, {high, net.here()});
  net.go_to(net.here(), together);
  conv_bn_relu(net, "decoder.last_conv.0", {.outputs = channels, .kernel = 3, .pad = 1});
  conv_bn_relu(net, "decoder.last_conv.4", {.outputs = channels, .kernel = 3, .pad = 1});
  net.conv("decoder.last_conv.8", {.outputs = classes_of(build, 21), .bias = true});
}

}  // namespace

Graph deeplab_v3plus_mobilenet_v2(const Build& build) {
  const Shape image = image_of(build, 513);
  Untrained net(build, image);
  const Map low = add_backbone(net, build.width);
  add_pyramid(net, image, channels_of(build, 256));
  add_decoder(net, image, low, build);
  net.append("up", to_size(image[2], image[3]));
  return std::move(net).finish("logits");
}

}  // namespace bench
