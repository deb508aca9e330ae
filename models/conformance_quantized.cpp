#include "models/conformance_list.h"

namespace bench {
namespace conformance {
namespace {

Grid drawn_grid(Random& random, int bits, bool is_signed, std::size_t scales, int axis) {
  Grid grid;
  grid.bits = bits;
  grid.is_signed = is_signed;
  grid.axis = axis;
  grid.scale.clear();
  grid.zero_point.clear();
  for (std::size_t i = 0; i < scales; ++i) {
    grid.scale.push_back(random.uniform(0.5f, 1.5f) / static_cast<float>(1 << bits));
    grid.zero_point.push_back(is_signed ? 0 : highest(grid) / 2);
  }
  return grid;
}

void add_edges(List& list) {
  const Shape shape = {2, 5, 3, 7};
  for (const Rounding rounding : {Rounding::half_even, Rounding::half_up, Rounding::half_away}) {
    for (const int bits : {2, 4, 8, 16}) {
      const std::string name =
          std::to_string(bits) + " bits, rounding " + std::to_string(static_cast<int>(rounding));
      Grid grid = drawn_grid(list.random, bits, bits != 4, 1, -1);
      grid.rounding = rounding;
      list.single(name, FakeQuantize{grid}, shape);
      grid.offset = {-0.7f};
      list.single(name + ", with an offset", FakeQuantize{grid}, shape);
      for (const auto range : {DynamicGrid::Range::largest, DynamicGrid::Range::extremes}) {
        list.single(name + (range == DynamicGrid::Range::largest ? ", largest" : ", extremes"),
                    FakeQuantize{DynamicGrid{range, bits, rounding}}, shape);
      }
    }
  }
  list.single("per channel", FakeQuantize{drawn_grid(list.random, 8, true, 5, 1)}, shape);
}

// Input, weight, bias and result on grids, as integer backends want them.
void add_layers(List& list) {
  for (const std::int64_t width : {3, 8, 17}) {
    const Shape input = {1, width, 6, 5};
    Graph graph;
    NodeId last = graph.add("image", Input{opened(input)});
    last = graph.add("edge", FakeQuantize{drawn_grid(list.random, 8, false, 1, -1)}, {last});
    Conv2d conv;
    conv.weight = list.random.tensor({width, width, 3, 3}, -0.3f, 0.3f);
    conv.bias = list.random.tensor({width}, -1, 1);
    conv.pad = {1, 1, 1, 1};
    conv.weight_grid = drawn_grid(list.random, 8, true, static_cast<std::size_t>(width), 0);
    conv.bias_grid = drawn_grid(list.random, 16, true, 1, -1);
    last = graph.add("conv", std::move(conv), {last});
    last = graph.add("relu", Activation{}, {last});
    last = graph.add("result", FakeQuantize{drawn_grid(list.random, 8, false, 1, -1)}, {last});
    graph.outputs = {{"result", last}};
    list.add("quantised: convolution and ReLU, " + std::to_string(width) + " channels",
             std::move(graph), input);
  }
}

}  // namespace
}  // namespace conformance

std::vector<ConformanceCase> quantized_conformance_cases(std::uint64_t seed) {
  conformance::List list(seed);
  conformance::add_edges(list);
  conformance::add_layers(list);
  return std::move(list.cases);
}

}  // namespace bench
