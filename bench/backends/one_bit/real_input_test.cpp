#include "bench/backends/one_bit/real_input.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "bench/backends/one_bit/convolution_testing.h"
#include "bench/backends/one_bit/real_input_pieces.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using testing::index;

template <class T>
using Aligned = std::vector<T, AlignedAllocator<T>>;

struct Example {
  BinaryLayer layer;
  FloatMap map;
  Aligned<float> input;

  std::int64_t group_inputs() const { return layer.inputs / layer.groups; }
  std::int64_t group_outputs() const { return layer.outputs / layer.groups; }
  FloatMap result() const {
    const auto outputs = [](std::int64_t size, std::int64_t kernel, int stride, int dilation) {
      return (size - (kernel - 1) * dilation - 1) / stride + 1;
    };
    const Padding& pad = layer.pad;
    return {
        map.batch,
        outputs(map.height + pad.top + pad.bottom, layer.kernel_h, layer.stride.h,
                layer.dilation.h),
        outputs(map.width + pad.left + pad.right, layer.kernel_w, layer.stride.w, layer.dilation.w),
        layer.outputs};
  }
  std::size_t size() const {
    const FloatMap r = result();
    return index(r.batch * r.height * r.width * r.channels);
  }
};

// With real numbers of both signs, some of them 0.
Example filled(BinaryLayer layer, const FloatMap& map, Random& random) {
  const std::int64_t taps = layer.kernel_h * layer.kernel_w;
  layer.weights = testing::random_bits(random, layer.outputs * taps, layer.inputs / layer.groups);
  layer.result = ToFloat{};
  Example example{std::move(layer), map, {}};
  example.input.resize(index(map.batch * map.height * map.width * map.channels));
  for (float& x : example.input) {
    x = random.integer(0, 7) == 0 ? 0.0f : std::ldexp(random.uniform(-1, 1), random.integer(-4, 4));
  }
  return example;
}

float input_at(const Example& e, std::int64_t n, std::int64_t y, std::int64_t x,
               std::int64_t channel) {
  if (y < 0 || x < 0 || y >= e.map.height || x >= e.map.width) {
    const PadValue value = e.layer.pad_value;
    return value == PadValue::zero ? 0.0f : value == PadValue::plus_one ? 1.0f : -1.0f;
  }
  return e.input[index(((n * e.map.height + y) * e.map.width + x) * e.map.channels + channel)];
}

struct Sum {
  double exact = 0, magnitude = 0;  // of real numbers, and of what they are without signs
  float in_order = 0;               // as real_input.h defines it
};

Sum sum_at(const Example& e, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t output) {
  const BinaryLayer& layer = e.layer;
  const std::int64_t first = output / e.group_outputs() * e.group_inputs();
  Sum sum;
  for (std::int64_t tap = 0; tap < layer.kernel_h * layer.kernel_w; ++tap) {
    const std::int64_t row =
        y * layer.stride.h - layer.pad.top + tap / layer.kernel_w * layer.dilation.h;
    const std::int64_t column =
        x * layer.stride.w - layer.pad.left + tap % layer.kernel_w * layer.dilation.w;
    const std::int64_t run = output * layer.kernel_h * layer.kernel_w + tap;
    float four = 0;
    for (std::int64_t c = 0; c < e.group_inputs(); ++c) {
      const float number = input_at(e, n, row, column, first + c);
      const int sign = testing::sign_of(layer.weights, run, words_of(e.group_inputs()), c);
      sum.exact += static_cast<double>(number) * sign;
      sum.magnitude += std::abs(static_cast<double>(number));
      four = (c % 4 == 0 ? 0.0f : four) + (sign > 0 ? number : -number);
      if (c % 4 == 3 || c + 1 == e.group_inputs()) sum.in_order += four;
    }
  }
  return sum;
}

// One element after the other, NHWC.
std::vector<Sum> plain_sums(const Example& e) {
  const FloatMap result = e.result();
  std::vector<Sum> sums;
  for (std::int64_t n = 0; n < result.batch; ++n) {
    for (std::int64_t y = 0; y < result.height; ++y) {
      for (std::int64_t x = 0; x < result.width; ++x) {
        for (std::int64_t o = 0; o < result.channels; ++o) sums.push_back(sum_at(e, n, y, x, o));
      }
    }
  }
  return sums;
}

// Nothing may be written past the ends of the result and the scratch memory.
std::vector<float> run(const Example& e, Target target,
                       std::span<const float* const> operands = {}) {
  const auto convolution = make_real_input_convolution(e.layer, target);
  const auto bound = convolution->bind(e.map);
  constexpr std::size_t guard = 64;
  Aligned<std::byte> scratch(bound->scratch_bytes() + guard, std::byte{0x5a});
  std::vector<float> result(e.size() + guard, 1e30f);
  bound->run({.input = e.input.data(),
              .result = result.data(),
              .operands = operands,
              .scratch = scratch.data()});
  CHECK(std::all_of(result.end() - guard, result.end(), [](float x) { return x == 1e30f; }));
  CHECK(std::all_of(scratch.end() - guard, scratch.end(),
                    [](std::byte b) { return b == std::byte{0x5a}; }));
  result.resize(e.size());
  return result;
}

std::string describe(const Example& e) {
  const BinaryLayer& l = e.layer;
  return "map " + to_string({e.map.batch, e.map.height, e.map.width, e.map.channels}) +
         " weights " + to_string({l.outputs, e.group_inputs(), l.kernel_h, l.kernel_w}) +
         " groups " + std::to_string(l.groups) + " stride " + to_string({l.stride.h, l.stride.w}) +
         " dilation " + to_string({l.dilation.h, l.dilation.w}) + " pad " +
         to_string({l.pad.top, l.pad.left, l.pad.bottom, l.pad.right}) + " of " +
         std::to_string(static_cast<int>(l.pad_value));
}

void check(const Example& e) {
  INFO(describe(e));
  const std::vector<Sum> sums = plain_sums(e);
  const std::vector<float> result = run(e, best_target());
  REQUIRE(result.size() == sums.size());
  std::size_t wrong = 0, out_of_order = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (!(std::abs(result[i] - sums[i].exact) <= 1e-5 * sums[i].magnitude)) ++wrong;
    if (result[i] != sums[i].in_order) ++out_of_order;
  }
  CHECK(wrong == 0);
  CHECK(out_of_order == 0);
  for (const Target target : targets().subspan(1)) {
    INFO(name_of(target));
    CHECK(run(e, target) == result);
  }
}

struct Most {
  int channels, outputs, map;
};

Example random_example(Random& random, const Most& most) {
  BinaryLayer layer;
  layer.groups = random.integer(0, 3) == 0 ? random.integer(2, 5) : 1;
  layer.inputs = layer.groups * random.integer(1, most.channels);
  layer.outputs = layer.groups * random.integer(1, most.outputs);
  layer.kernel_h = random.integer(1, 4), layer.kernel_w = random.integer(1, 4);
  layer.stride = {random.integer(1, 3), random.integer(1, 3)};
  layer.dilation = {random.integer(1, 3), random.integer(1, 3)};
  layer.pad = {random.integer(0, 3), random.integer(0, 3), random.integer(0, 3),
               random.integer(0, 3)};
  constexpr PadValue values[] = {PadValue::minus_one, PadValue::plus_one, PadValue::zero};
  layer.pad_value = values[random.integer(0, 2)];
  FloatMap map{random.integer(1, 3), 1, 1, layer.inputs};
  const auto size = [&](std::int64_t kernel, int dilation, int pad) {
    const auto least = static_cast<int>((kernel - 1) * dilation + 1 - pad);
    return random.integer(std::max(least, 1), std::max(least, most.map));
  };
  map.height = size(layer.kernel_h, layer.dilation.h, layer.pad.top + layer.pad.bottom);
  map.width = size(layer.kernel_w, layer.dilation.w, layer.pad.left + layer.pad.right);
  return filled(std::move(layer), map, random);
}

Example dense(int batch, int inputs, int outputs, Random& random) {
  return filled({.outputs = outputs, .inputs = inputs}, {batch, 1, 1, inputs}, random);
}

TEST_CASE("real input: random layers are the plain sums in the order that is promised") {
  Random random(1);
  for (int i = 0; i < 300; ++i) check(random_example(random, {20, 40, 9}));
  for (int i = 0; i < 20; ++i) check(random_example(random, {150, 150, 14}));
}

TEST_CASE("real input: depthwise layers") {
  Random random(2);
  for (const int channels : {1, 7, 33}) {
    check(filled({.outputs = 2 * channels,
                  .inputs = channels,
                  .kernel_h = 3,
                  .kernel_w = 3,
                  .groups = channels,
                  .pad = {1, 1, 1, 1}},
                 {2, 6, 5, channels}, random));
  }
}

TEST_CASE("real input: dense layers, with one image and with several") {
  Random random(3);
  for (int batch = 1; batch <= 13; ++batch) check(dense(batch, 515, 70, random));
  // Tables of all inputs at once would not fit into the cache.
  check(dense(1, 50003, 17, random));
  check(dense(7, 9001, 20, random));
}

TEST_CASE("real input: a kernel that is the whole map") {
  Random random(4);
  for (const int channels : {3, 64}) {
    const BinaryLayer layer{.outputs = 130, .inputs = channels, .kernel_h = 7, .kernel_w = 5};
    check(filled(layer, {3, 7, 5, channels}, random));
  }
}

TEST_CASE("real input: maps larger than the cache are cut into pieces that fit together") {
  Random random(5);
  BinaryLayer layer{.outputs = 24, .inputs = 96, .kernel_h = 3, .kernel_w = 3, .pad = {1, 1, 1, 1}};
  check(filled(layer, {1, 37, 41, 96}, random));
  layer.stride = {2, 2};
  check(filled(layer, {2, 45, 38, 96}, random));
}

TEST_CASE("real input: the tail follows the sums") {
  Random random(6);
  for (int i = 0; i < 40; ++i) {
    Example e = random_example(random, {12, 40, 9});
    const std::vector<float> sums = run(e, best_target());
    std::vector<float> by(index(e.layer.outputs)), operand(e.size());
    for (float& x : by) x = random.uniform(-2, 2);
    for (float& x : operand) x = random.uniform(-2, 2);
    e.layer.result =
        ToFloat{{{tail::Scale{by}, tail::AddOperand{1}, tail::Shift{by}, tail::Clip{-3, 5}}}};
    std::vector<float> expected;
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const float scale = by[k % by.size()];
      const float shifted = sums[k] * scale + operand[k] + scale;
      expected.push_back(std::min(std::max(shifted, -3.0f), 5.0f));
    }
    const float* const operands[] = {nullptr, operand.data()};
    for (const Target target : targets()) {
      INFO(name_of(target) << " " << describe(e));
      CHECK(run(e, target, operands) == expected);
    }
  }
}

TEST_CASE("real input: weights are held as bits") {
  Random random(7);
  const Example e =
      filled({.outputs = 64, .inputs = 64, .kernel_h = 3, .kernel_w = 3}, {1, 5, 5, 64}, random);
  CHECK(make_real_input_convolution(e.layer)->weight_bytes() == 64 * 64 * 9 / 8);
  CHECK(make_real_input_convolution(dense(1, 4096, 100, random).layer)->weight_bytes() ==
        112 * 4096 / 8);
}

TEST_CASE("real input: maps that no window fits into are refused") {
  Random random(8);
  const BinaryLayer layer =
      filled({.outputs = 4, .inputs = 8, .kernel_h = 3, .kernel_w = 3, .stride = {2, 2}},
             {1, 3, 3, 8}, random)
          .layer;
  const auto convolution = make_real_input_convolution(layer);
  CHECK_NOTHROW(convolution->bind({1, 3, 3, 8}));
  CHECK_THROWS_AS(convolution->bind({1, 2, 3, 8}), Error);
  CHECK_THROWS_AS(convolution->bind({1, 3, 2, 8}), Error);
  CHECK_THROWS_AS(convolution->bind({1, 3, 3, 7}), Error);
}

TEST_CASE("real input: pixels that no window reads have no tables") {
  using real_input::Axis;
  using real_input::extent;
  const Axis every_third{.input = 30, .stride = 3};
  CHECK(extent(every_third, 10).inputs == 10);
  CHECK(extent(every_third, 10).step == 3);
  const Axis dilated{.input = 30, .kernel = 3, .dilation = 4};
  CHECK(extent(dilated, 1).inputs == 3);
  CHECK(extent(dilated, 2).inputs == 10);
  const Axis both{.input = 30, .kernel = 3, .stride = 2, .dilation = 4};
  CHECK(extent(both, 5).inputs == 9);
  CHECK(extent(both, 5).between_outputs == 1);
  CHECK(extent(both, 5).between_taps == 2);
}

}  // namespace
}  // namespace bench::one_bit
