#include <catch2/catch.hpp>

#include "bench/backends/one_bit/bits_testing.h"
#include "bench/backends/one_bit/glue.h"
#include "models/reference.h"

namespace bench::one_bit {
namespace {

constexpr Word kGuard = 0x5a5a5a5a;

// What a Pad node makes of the tensor.
Tensor padded(const Tensor& tensor, const Padding& pad, float value) {
  Graph graph;
  graph.add("in", Input{tensor.shape()});
  const NodeId node =
      graph.add("pad", Pad{{0, 0, pad.top, pad.left}, {0, 0, pad.bottom, pad.right}, value}, {0});
  graph.outputs = {{"out", node}};
  return evaluate(graph, tensor)[0];
}

constexpr float number_of(PadValue value) {
  return value == PadValue::zero ? 0.0f : value == PadValue::plus_one ? 1.0f : -1.0f;
}

void check(const Tensor& tensor, const Padding& pad, PadValue value, std::int64_t groups) {
  const BitMap map = testing::map_of(tensor), to = laid_out(map, pad, groups);
  const Tensor wanted = padded(tensor, pad, number_of(value));
  REQUIRE(to == testing::map_of(wanted, groups));
  std::vector<Word> result(static_cast<std::size_t>(to.words()) + 1, kGuard);
  lay_out(testing::bits_of(tensor).data(), map, pad, value, groups, result.data());
  REQUIRE(result.back() == kGuard);
  result.pop_back();
  REQUIRE(result == testing::bits_of(wanted, groups));
}

PadValue drawn_value(Random& random) { return static_cast<PadValue>(random.integer(0, 2)); }

Padding drawn_padding(Random& random) {
  if (random.integer(0, 4) == 0) return {};
  return {random.integer(0, 3), random.integer(0, 3), random.integer(0, 3), random.integer(0, 3)};
}

TEST_CASE("1-bit maps laid out: as a Pad node does, every channel count up to 200") {
  Random random(51);
  for (std::int64_t channels = 1; channels <= 200; ++channels) {
    for (int round = 0; round < 4; ++round) {
      const Shape shape = {random.integer(1, 2), channels, random.integer(1, 6),
                           random.integer(1, 6)};
      INFO(to_string(shape));
      check(testing::signs(random, shape), drawn_padding(random), drawn_value(random), 1);
    }
  }
}

TEST_CASE("1-bit maps laid out: channels in groups, also of no multiple of 32") {
  Random random(52);
  for (int round = 0; round < 1000; ++round) {
    const std::int64_t groups = random.integer(1, 9);
    const std::int64_t channels =
        random.integer(0, 2) == 0 ? 32 * random.integer(1, 2) : random.integer(1, 70);
    const Shape shape = {random.integer(1, 2), groups * channels, random.integer(1, 4),
                         random.integer(1, 4)};
    INFO(to_string(shape) << " in " << groups << " groups");
    check(testing::signs(random, shape), drawn_padding(random), drawn_value(random), groups);
  }
}

TEST_CASE("1-bit maps laid out: depthwise") {
  Random random(53);
  for (const std::int64_t channels : {1, 3, 32, 33, 100}) {
    check(testing::signs(random, {1, channels, 3, 2}), {1, 1, 1, 1}, PadValue::plus_one, channels);
  }
}

TEST_CASE("1-bit maps laid out: by hand") {
  // One pixel, channels 0 and 35 of 36 set, with a column of +1 in front, in two groups of 18.
  const std::vector<Word> bits = {1, 8};
  std::vector<Word> result(4);
  lay_out(bits.data(), {1, 1, 1, 36, 1}, {0, 1, 0, 0}, PadValue::plus_one, 2, result.data());
  CHECK(result == std::vector<Word>{0x3ffff, 0x3ffff, 1, 0x20000});
}

}  // namespace
}  // namespace bench::one_bit
