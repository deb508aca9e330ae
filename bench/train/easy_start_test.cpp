#include "bench/train/easy_start.h"

#include <catch2/catch.hpp>

#include "models/zoo/mobilenet_v2.h"

namespace bench {
namespace {

TEST_CASE("easy start: depthwise kernels near the identity, activations near their linear part") {
  const Graph untrained = mobilenet_v2({.width = 0.25, .image = {32, 32}, .classes = 4});
  const Graph graph = easy_start(untrained);
  int depthwise = 0, shifted = 0, kept = 0;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    if (const auto* conv = std::get_if<Conv2d>(&graph.nodes[n].op)) {
      const auto now = conv->weight.data<float>();
      const auto before = std::get<Conv2d>(untrained.nodes[n].op).weight.data<float>();
      if (conv->groups == 1) {
        CHECK(std::equal(now.begin(), now.end(), before.begin()));
        continue;
      }
      ++depthwise;  // 3 x 3: the middle is number 4
      CHECK(now[4] == Approx(0.2 * before[4] + 0.8));
      CHECK(now[3] == Approx(0.2 * before[3]));
      CHECK(now[13] == Approx(0.2 * before[13] + 0.8));
    } else if (const auto* norm = std::get_if<BatchNorm>(&graph.nodes[n].op)) {
      const bool projection = graph.nodes[n].name.find("project") != std::string::npos;
      const auto before = std::get<BatchNorm>(untrained.nodes[n].op).beta.data<float>();
      CHECK(norm->beta.data<float>()[0] == (projection ? before[0] : 1.f));
      ++(projection ? kept : shifted);
    }
  }
  CHECK(depthwise == 17);
  CHECK((kept == 17 && shifted == 35));
}

}  // namespace
}  // namespace bench
