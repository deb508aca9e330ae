#include <catch2/catch.hpp>
#include <limits>

#include "bench/backends/one_bit/convolution_testing.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using testing::Example;
using testing::filled;
using testing::floats_of;
using testing::plain_sums;
using testing::quick_sums;

// Channels of a group: any number up to `most`, small ones and those about whole words as often.
std::int64_t some_channels(Random& random, int most) {
  switch (random.integer(0, 2)) {
    case 0: return random.integer(1, std::min(most, 40));
    case 1: return std::clamp(32 * random.integer(1, most / 32) + random.integer(-1, 1), 1, most);
    default: return random.integer(1, most);
  }
}

struct Sizes {
  int channels, outputs, map;  // the most of each
};

Example random_example(Random& random, const Sizes& most) {
  BinaryLayer layer;
  layer.groups = random.integer(0, 3) == 0 ? random.integer(2, 4) : 1;
  const auto groups = static_cast<int>(layer.groups);
  layer.inputs = groups * some_channels(random, std::max(most.channels / groups, 32));
  layer.outputs = groups * some_channels(random, std::max(most.outputs / groups, 32));
  layer.kernel_h = random.integer(1, 5), layer.kernel_w = random.integer(1, 5);
  layer.stride = {random.integer(1, 3), random.integer(1, 3)};
  layer.dilation = {random.integer(1, 2), random.integer(1, 2)};
  layer.pad = {random.integer(0, 3), random.integer(0, 3), random.integer(0, 3),
               random.integer(0, 3)};
  constexpr PadValue values[] = {PadValue::minus_one, PadValue::plus_one, PadValue::zero};
  layer.pad_value = values[random.integer(0, 2)];
  BitMap map{random.integer(1, 3), 1, 1, layer.inputs, 1};
  const auto size = [&](std::int64_t kernel, int dilation, int pad) {
    const auto least = static_cast<int>((kernel - 1) * dilation + 1 - pad);
    return random.integer(std::max(least, 1), std::max(least, most.map));
  };
  map.height = size(layer.kernel_h, layer.dilation.h, layer.pad.top + layer.pad.bottom);
  map.width = size(layer.kernel_w, layer.dilation.w, layer.pad.left + layer.pad.right);
  return filled(std::move(layer), map, random);
}

Tail some_tail(Random& random, std::int64_t channels) {
  const auto drawn = [&] {
    std::vector<float> numbers(testing::index(channels));
    for (float& x : numbers) x = random.uniform(-2, 2);
    return numbers;
  };
  Tail tail;
  if (random.integer(0, 4) > 0) tail.ops.push_back(tail::Scale{drawn()});
  if (random.integer(0, 4) > 0) tail.ops.push_back(tail::Shift{drawn()});
  if (random.integer(0, 1) > 0) tail.ops.push_back(tail::AddOperand{1});
  if (random.integer(0, 1) > 0) tail.ops.push_back(tail::Clip{-20, 100});
  if (random.integer(0, 1) > 0) tail.ops.push_back(tail::Slope{drawn()});
  return tail;
}

// Thresholds among the sums, at and beyond their ends, and those that none or all reach.
ToBits some_thresholds(Random& random, const Example& e) {
  using Limits = std::numeric_limits<std::int32_t>;
  ToBits result;
  const auto products = static_cast<int>(e.group_inputs() * e.layer.kernel_h * e.layer.kernel_w);
  for (std::int64_t o = 0; o < e.layer.outputs; ++o) {
    std::int32_t limit = random.integer(-30, 30);
    if (random.integer(0, 5) == 0) limit = random.integer(-products - 1, products + 1);
    if (random.integer(0, 9) == 0)
      limit = random.integer(0, 1) == 0 ? Limits::min() : Limits::max();
    result.thresholds.push_back({limit, random.integer(0, 1) == 0});
  }
  return result;
}

std::int64_t differences(const auto& a, const auto& b) {
  REQUIRE(a.size() == b.size());
  std::int64_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

// All three results on a target against sums that are known to be right.
void check(Example e, const std::vector<std::int32_t>& sums, Target target, Random& random) {
  const BitMap result = e.result();
  CAPTURE(name_of(target), e.layer.inputs, e.layer.outputs, e.layer.groups, e.layer.kernel_h,
          e.layer.kernel_w, e.layer.stride.h, e.layer.stride.w, e.layer.dilation.h,
          e.layer.dilation.w, e.layer.pad.top, e.layer.pad.left, e.layer.pad.bottom,
          e.layer.pad.right, static_cast<int>(e.layer.pad_value), e.map.batch, e.map.height,
          e.map.width);
  e.layer.result = ToSums{};
  const auto sum = make_xnor_convolution(e.layer, target);
  REQUIRE(differences(testing::run<std::int32_t>(*sum, e, e.sums()), sums) == 0);

  const ToBits thresholds = some_thresholds(random, e);
  e.layer.result = thresholds;
  const auto bits = make_xnor_convolution(e.layer, target);
  REQUIRE(differences(testing::run<Word>(*bits, e, result.words()),
                      testing::bits_of(sums, result, thresholds)) == 0);

  std::vector<float> operand(sums.size());
  for (float& x : operand) x = random.uniform(-9, 9);
  const float* operands[] = {nullptr, operand.data()};
  const Tail tail = some_tail(random, e.layer.outputs);
  e.layer.result = ToFloat{tail};
  const auto floats = make_xnor_convolution(e.layer, target);
  REQUIRE(differences(testing::run<float>(*floats, e, e.sums(), operands),
                      floats_of(sums, result, tail, operands)) == 0);
}

TEST_CASE("xnor: the quick sums of these tests are the plain ones") {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    const Example e = random_example(random, {200, 40, 6});
    REQUIRE(quick_sums(e) == plain_sums(e));
  }
}

TEST_CASE("xnor: sums, floats and bits equal products of -1 and +1, on every target") {
  Random random(2);
  for (int i = 0; i < 40; ++i) {
    const Example e = random_example(random, {1024, 80, 9});
    const std::vector<std::int32_t> sums = quick_sums(e);
    for (const Target target : targets()) check(e, sums, target, random);
  }
}

TEST_CASE("xnor: every number of input channels to 130 and of outputs to 70, on every target") {
  Random random(3);
  for (std::int64_t channels = 1; channels <= 130; ++channels) {
    BinaryLayer layer{.outputs = (channels - 1) % 70 + 1, .inputs = channels};
    layer.kernel_h = 2, layer.kernel_w = 3;
    layer.pad = {1, 1, 1, 1};
    layer.pad_value = channels % 2 == 0 ? PadValue::zero : PadValue::minus_one;
    const Example e = filled(std::move(layer), {1, 3, 4, channels, 1}, random);
    const std::vector<std::int32_t> sums = plain_sums(e);
    for (const Target target : targets()) check(e, sums, target, random);
  }
}

TEST_CASE("xnor: sums of all signs alike reach the ends, on every target") {
  Random random(4);
  BinaryLayer layer{.outputs = 33, .inputs = 1024};
  layer.kernel_h = layer.kernel_w = 5;
  Example e = filled(std::move(layer), {1, 6, 6, 1024, 1}, random);
  std::ranges::fill(e.bits, ~Word{0});
  std::ranges::fill(e.layer.weights, 0);
  const std::vector<std::int32_t> least(testing::index(e.sums()), -25 * 1024);
  for (const Target target : targets()) check(e, least, target, random);
  std::ranges::fill(e.layer.weights, ~Word{0});
  const std::vector<std::int32_t> most(testing::index(e.sums()), 25 * 1024);
  for (const Target target : targets()) check(e, most, target, random);
}

TEST_CASE("xnor: a dense layer is a convolution with one pixel, on every target") {
  Random random(5);
  for (const std::int64_t batch : {1, 3}) {
    BinaryLayer layer{.outputs = 100, .inputs = 512};
    layer.kernel_h = layer.kernel_w = 7;
    const Example e = filled(std::move(layer), {batch, 7, 7, 512, 1}, random);
    const std::vector<std::int32_t> sums = quick_sums(e);
    for (const Target target : targets()) check(e, sums, target, random);
  }
}

TEST_CASE("xnor: weights take a bit each, and windows must fit") {
  Random random(6);
  BinaryLayer layer{.outputs = 64, .inputs = 128};
  layer.kernel_h = layer.kernel_w = 3;
  const Example e = filled(std::move(layer), {1, 5, 5, 128, 1}, random);
  const auto convolution = make_xnor_convolution(e.layer);
  CHECK(convolution->weight_bytes() == 64 * 9 * 128 / 8);
  CHECK(convolution->bind(e.padded())->implementation() ==
        "xnor:" + std::string(name_of(best_target())));
  CHECK_THROWS_AS(convolution->bind({1, 2, 5, 128, 1}), Error);
}

TEST_CASE("xnor: weight numbers become signs") {
  Tensor numbers({2, 33, 1, 2}, DType::i8);
  const auto data = numbers.data<std::int8_t>();
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = i % 3 == 0 ? 1 : -1;
  const std::vector<Word> words = pack_weights(numbers);
  REQUIRE(words.size() == 2 * 2 * 2);
  for (int o = 0; o < 2; ++o) {
    for (int c = 0; c < 33; ++c) {
      for (int tap = 0; tap < 2; ++tap) {
        const int number = data[testing::index((o * 33 + c) * 2 + tap)];
        CHECK(testing::sign_of(words, o * 2 + tap, 2, c) == number);
      }
    }
  }
  CHECK((words[1] & ~Word{1}) == 0);
}

// 10^8 outputs in all, none of them wrong.
TEST_CASE("xnor: 10^8 random outputs", "[.slow]") {
  Random random(7);
  std::int64_t compared = 0, wrong = 0;
  while (compared < 100'000'000) {
    Example e = random_example(random, {1024, 600, 24});
    const std::vector<std::int32_t> sums = quick_sums(e);
    for (const Target target : targets()) {
      const auto convolution = make_xnor_convolution(e.layer, target);
      wrong += differences(testing::run<std::int32_t>(*convolution, e, e.sums()), sums);
      compared += e.sums();
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace bench::one_bit
