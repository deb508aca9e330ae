#include <catch2/catch.hpp>

#include "bench/backends/one_bit/convolution_examples.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using testing::differences;
using testing::Example;
using testing::filled;
using testing::plain_sums;
using testing::quick_sums;
using testing::random_example;

void check(const Example& e, const std::vector<std::int32_t>& sums, Target target, Random& random) {
  CAPTURE(name_of(target));
  const auto make = [&](const BinaryLayer& layer) { return make_xnor_convolution(layer, target); };
  testing::check_results(e, sums, make, random);
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
TEST_CASE("xnor: 10^8 random outputs") {
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
