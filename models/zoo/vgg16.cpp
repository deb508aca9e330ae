#include "models/zoo/vgg16.h"

namespace bench {
namespace {

struct Block {
  int convolutions, channels;
};
constexpr Block blocks[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};

}  // namespace

Graph vgg16(std::uint64_t seed, Parameters parameters) {
  Untrained net(seed, {-1, 3, 224, 224}, parameters);
  int block = 0;
  for (const auto& [convolutions, channels] : blocks) {
    ++block;
    for (int i = 1; i <= convolutions; ++i) {
      const std::string place = std::to_string(block) + "_" + std::to_string(i);
      net.conv("conv" + place, {.outputs = channels, .kernel = 3, .pad = 1, .bias = true});
      net.relu("relu" + place);
    }
    net.max_pool("pool" + std::to_string(block), 2, 2, 0);
  }
  net.flatten("flatten", 7 * 7);
  net.linear("fc6", 4096);
  net.relu("relu6");
  net.linear("fc7", 4096);
  net.relu("relu7");
  net.linear("fc8", 1000);
  return std::move(net).finish("logits");
}

}  // namespace bench
