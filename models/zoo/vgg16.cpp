#include "models/zoo/vgg16.h"

#include <span>

namespace bench {
namespace {

struct Block {
  int convolutions, channels;
};
using Blocks = std::span<const Block>;
constexpr Block blocks_a[] = {{1, 64}, {1, 128}, {2, 256}, {2, 512}, {2, 512}};
constexpr Block blocks_d[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};

NodeId add_convolutions(Untrained& net, const Build& build, Blocks blocks) {
  int block = 0;
  for (const auto& [convolutions, channels] : blocks) {
    if (++block > 1) net.max_pool("pool" + std::to_string(block - 1), 2, 2, 0);
    for (int i = 1; i <= convolutions; ++i) {
      const std::string place = std::to_string(block) + "_" + std::to_string(i);
      net.conv("conv" + place,
               {.outputs = channels_of(build, channels), .kernel = 3, .pad = 1, .bias = true});
      net.relu("relu" + place);
    }
  }
  return net.here();
}

Graph vgg(const Build& build, Blocks blocks) {
  const Shape image = image_of(build, 224);
  Untrained net(build, image);
  add_convolutions(net, build, blocks);
  net.max_pool("pool5", 2, 2, 0);
  net.flatten("flatten", static_cast<int>((image[2] / 32) * (image[3] / 32)));
  net.linear("fc6", channels_of(build, 4096));
  net.relu("relu6");
  net.linear("fc7", channels_of(build, 4096));
  net.relu("relu7");
  net.linear("fc8", classes_of(build, 1000));
  return std::move(net).finish("logits");
}

}  // namespace

NodeId vgg16_convolutions(Untrained& net, const Build& build) {
  return add_convolutions(net, build, blocks_d);
}

Graph vgg16(const Build& build) { return vgg(build, blocks_d); }
Graph vgg11(const Build& build) { return vgg(build, blocks_a); }

}  // namespace bench
