#include "models/zoo/dsfd_vgg16.h"

#include "models/error.h"
#include "models/zoo/box_heads.h"

namespace bench {
namespace {

/// A feature map and its size in pixels.
struct Level {
  NodeId node;
  int channels;
  Pair size;
};
using Levels = std::vector<Level>;

constexpr std::size_t normalized_levels = 3;  // the first ones
constexpr float lengths[normalized_levels] = {10, 8, 5};

// The network as it is written down, with the width and the size of the map it has come to.
struct Dsfd {
  Untrained net;
  const Build& build;
  Pair size;

  int channels(int published) const { return channels_of(build, published); }

  // Padding "SAME".
  void conv(const std::string& name, int outputs, int kernel, int stride = 1, int dilation = 1) {
    net.conv(name, {.outputs = outputs,
                    .kernel = kernel,
                    .stride = stride,
                    .bias = true,
                    .dilation = dilation,
                    .extra = same_padding(size, kernel, stride, dilation)});
    size = {(size.h + stride - 1) / stride, (size.w + stride - 1) / stride};
  }
  void conv_relu(const std::string& name, int published, int kernel, int stride = 1,
                 int dilation = 1) {
    conv(name, channels(published), kernel, stride, dilation);
    net.relu(name + ".relu");
  }
  void pool(const std::string& name) {
    net.max_pool(name, 2, 2, 0);
    size = {size.h / 2, size.w / 2};
  }

  Level here() const { return {net.here(), net.channels(), size}; }
  void go_to(const Level& level) {
    net.go_to(level.node, level.channels);
    size = level.size;
  }
};

NodeId add_number(Untrained& net, const std::string& name, float value) {
  return net.join(name, Constant{Tensor::of({1}, {value})}, {});
}

// Each pixel's channels scaled to a vector of this length: length x / max(|x|, 1e-6).
void l2_normalize(Untrained& net, const std::string& name, float length) {
  const NodeId x = net.here();
  const NodeId norm = net.append(name + ".norm", Reduce{Reduce::Kind::l2, {1}, true});
  const NodeId least = add_number(net, name + ".least", 1e-6f);
  const NodeId divisor =
      net.join(name + ".divisor", Arithmetic{Arithmetic::Kind::max}, {norm, least});
  const NodeId wanted = add_number(net, name + ".length", length);
  const NodeId factor =
      net.join(name + ".factor", Arithmetic{Arithmetic::Kind::div}, {wanted, divisor});
  net.join(name, Arithmetic{Arithmetic::Kind::mul}, {x, factor});
}

void add_vgg_block(Dsfd& d, int block, int convolutions, int channels) {
  const std::string place = "vgg_16/conv" + std::to_string(block);
  for (int i = 1; i <= convolutions; ++i) {
    d.conv_relu(place + "/conv" + std::to_string(block) + "_" + std::to_string(i), channels, 3);
  }
}

// of0 to of5 of strides 4 to 128, the first three normalised.
Levels add_backbone(Dsfd& d) {
  constexpr struct {
    int convolutions, channels;
  } blocks[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
  Levels levels;
  int block = 0;
  for (const auto& [convolutions, channels] : blocks) {
    add_vgg_block(d, ++block, convolutions, channels);
    if (block >= 3) levels.push_back(d.here());
    d.pool("vgg_16/pool" + std::to_string(block));
  }
  d.conv_relu("fc6", 1024, 3);
  d.conv_relu("fc7", 1024, 1);
  levels.push_back(d.here());
  d.conv_relu("extra/extra_conv1", 256, 1);
  d.conv_relu("extra/extra_conv2", 512, 3, 2);
  levels.push_back(d.here());
  d.conv_relu("extra/extra_conv3", 128, 1);
  d.conv_relu("extra/extra_conv4", 256, 3, 2);
  levels.push_back(d.here());
  for (std::size_t i = 0; i < normalized_levels; ++i) {
    d.go_to(levels[i]);
    l2_normalize(d.net, "of" + std::to_string(i), lengths[i]);
    levels[i] = d.here();
  }
  return levels;
}

// Level by level from above: the map times twice the one above it, both through 1x1 convolutions.
void merge_downwards(Dsfd& d, Levels& levels) {
  for (std::size_t i = normalized_levels; i-- > 0;) {
    const std::string place = "res" + std::to_string(i);
    const int channels = levels[i].channels;
    d.go_to(levels[i + 1]);
    d.conv("merge/" + place, channels, 1);
    const NodeId above = d.net.append("merge/" + place + ".up",
                                      Resize{.coordinates = Resize::Coordinates::asymmetric,
                                             .rounding = Resize::Rounding::floor,
                                             .scale_h = 2,
                                             .scale_w = 2});
    d.go_to(levels[i]);
    d.conv("lateral/" + place, channels, 1);
    d.net.join("fem/" + place, Arithmetic{Arithmetic::Kind::mul}, {d.net.here(), above});
    levels[i] = d.here();
  }
}

// Three fields of view, each level's own.
void widen_view(Dsfd& d, std::size_t index, Level& level) {
  const std::string place = "fems" + std::to_string(index) + "/";
  d.go_to(level);
  d.conv_relu(place + "eyes_1", 256, 3);
  const Level first = d.here();
  d.go_to(level);
  d.conv_relu(place + "eyes_2_1", 256, 3, 1, 2);
  const Level between = d.here();
  d.conv_relu(place + "eyes_2", 128, 3);
  const Level second = d.here();
  d.go_to(between);
  d.conv_relu(place + "eyes_3_1", 128, 3, 1, 2);
  d.conv_relu(place + "eyes_3", 128, 3);
  const Level third = d.here();
  d.net.join(place + "concat", Concat{1}, {first.node, second.node, third.node});
  d.net.go_to(d.net.here(), first.channels + second.channels + third.channels);
  if (index < normalized_levels) {
    l2_normalize(d.net, place + "normalized", lengths[index]);
  }
  level = d.here();
}

// Six numbers are computed for the background, as the original does, though only three are looked
// at.
void add_max_out(Dsfd& d, const std::string& place, const Level& level) {
  d.conv(place + "maxout0/negative/out_cla0", 6, 3);
  d.net.append(place + "maxout0/negative", Slice{1, 0, 3});
  const NodeId background =
      d.net.append(place + "maxout0/background", Reduce{Reduce::Kind::max, {1}, true});
  d.go_to(level);
  d.conv(place + "maxout0/positive/out_cla1", 1, 3);
  d.net.join(place + "out_cla0", Concat{1}, {background, d.net.here()});
}

void add_classes(Dsfd& d, std::size_t index, const Level& level) {
  const std::string place = "dual/ssdout/";
  d.go_to(level);
  if (index == 0) return add_max_out(d, place, level);
  d.conv(place + "out_cla" + std::to_string(index), 2, 3);
}

void add_heads(Dsfd& d, const Levels& levels, std::vector<NodeId>& boxes,
               std::vector<NodeId>& logits) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const std::string name = "dual/ssdout/out_reg" + std::to_string(i);
    d.go_to(levels[i]);
    d.conv(name, 4, 3);
    boxes.push_back(flatten_head(d.net, name, 4));
    add_classes(d, i, levels[i]);
    logits.push_back(flatten_head(d.net, "dual/ssdout/out_cla" + std::to_string(i), 2));
  }
}

Pair size_of(const Shape& image) {
  if (image[2] % 32 != 0 || image[3] % 32 != 0) {
    throw Error(Fault::bad_data, "dsfd-vgg16: images of " + to_string({image[2], image[3]}) +
                                     " pixels; the sides must be multiples of 32");
  }
  return {static_cast<int>(image[2]), static_cast<int>(image[3])};
}

}  // namespace

Graph dsfd_vgg16(const Build& build) {
  const Shape image = image_of(build, 640);
  Dsfd d{Untrained(build, image), build, size_of(image)};
  Levels levels = add_backbone(d);
  merge_downwards(d, levels);
  for (std::size_t i = 0; i < levels.size(); ++i) widen_view(d, i, levels[i]);
  std::vector<NodeId> boxes, logits;
  add_heads(d, levels, boxes, logits);
  const NodeId all_boxes = join_heads(d.net, "boxes", std::move(boxes));
  const NodeId all_logits = join_heads(d.net, "logits", std::move(logits));
  return std::move(d.net).finish({{"boxes", all_boxes}, {"logits", all_logits}});
}

}  // namespace bench
