#include "models/size_by_bits.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

Grid grid_of(int bits, std::size_t scales, std::int32_t zero_point = 0) {
  Grid grid{.bits = bits, .is_signed = true};
  grid.scale.assign(scales, 0.5f);
  grid.zero_point.assign(scales, zero_point);
  if (scales > 1) grid.axis = 0;
  return grid;
}

// conv 3x2x3x3, binary, a scale per channel: 54 bits in 7 bytes, 3 scales.
// bn of 3: 12. Its result on 8 bits with a zero point: 2. fc 5x3 of 4 bits: 8 bytes and a scale;
// its bias of 8 bits: 5 bytes and a scale. A second bias of 32 bits: 5 numbers, nothing else.
TEST_CASE("bytes by hand") {
  Graph graph;
  graph.add("image", Input{{1, 2, 3, 3}});
  graph.add("image.sign", FakeQuantize{Grid{.bits = 1}}, {0});
  Conv2d conv;
  conv.weight = Tensor({3, 2, 3, 3});
  conv.weight_grid = grid_of(1, 3);
  graph.add("conv", conv, {1});
  const Tensor three(Shape{3});
  graph.add("bn", BatchNorm{three, three, three, three}, {2});
  graph.add("bn.grid", FakeQuantize{grid_of(8, 1, 3)}, {3});
  graph.add("dynamic", FakeQuantize{DynamicGrid{}}, {4});
  graph.add("mean", Reduce{Reduce::Kind::mean, {2, 3}, false}, {5});
  Linear fc;
  fc.weight = Tensor({5, 3});
  fc.weight_grid = grid_of(4, 1);
  fc.bias = Tensor(Shape{5});
  fc.bias_grid = grid_of(8, 1);
  graph.add("fc", fc, {6});
  Linear last;
  last.weight = Tensor({5, 5});
  last.bias = Tensor(Shape{5});
  last.bias_grid = grid_of(32, 1);
  graph.outputs = {{"y", graph.add("last", last, {7})}};
  validate(graph);

  const SizeByBits size = size_by_bits(graph);
  REQUIRE(size.layers.size() == 5);
  CHECK(size.layers[0].node == "conv");
  CHECK(size.layers[0].bytes() == 7 + 12);
  CHECK(size.layers[0].bytes_in_float() == 4 * 54);
  CHECK(size.layers[1].bytes() == 4 * 12);
  CHECK(size.layers[2].bytes() == 8);
  CHECK(size.layers[3].bytes() == 8 + 4 + 5 + 4);
  CHECK(size.layers[4].bytes() == 4 * 30);
  CHECK(size.numbers == std::map<int, std::int64_t>{{1, 54}, {4, 15}, {8, 5}, {32, 12 + 30}});
  CHECK(size.scales == 3 + 2 + 2);
  CHECK(size.bytes == 19 + 48 + 8 + 21 + 120);
  CHECK(size.bytes_in_float == 4 * (54 + 12 + 15 + 5 + 30));
  CHECK(size.weights_saved == Approx(54 * 31 / 32.0 + 15 * 28 / 32.0));
}

}  // namespace
}  // namespace bench
