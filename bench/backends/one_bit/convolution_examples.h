#pragma once
// For tests only: layers drawn at random, and their three results against sums that are known.

#include <catch2/catch.hpp>
#include <limits>

#include "bench/backends/one_bit/convolution_testing.h"

namespace bench::one_bit::testing {

/// Channels of a group: any number up to `most`, small ones and those about whole words as often.
inline std::int64_t some_channels(Random& random, int most) {
  switch (random.integer(0, 2)) {
    case 0: return random.integer(1, std::min(most, 40));
    case 1: return std::clamp(32 * random.integer(1, most / 32) + random.integer(-1, 1), 1, most);
    default: return random.integer(1, most);
  }
}

/// Of a random example.
struct Sizes {
  int channels, outputs, map;  // the most of each
};

inline Example random_example(Random& random, const Sizes& most) {
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

inline Tail some_tail(Random& random, std::int64_t channels) {
  const auto drawn = [&] {
    std::vector<float> numbers(index(channels));
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

/// Thresholds among the sums, at and beyond their ends, and those that none or all reach.
inline ToBits some_thresholds(Random& random, const Example& e) {
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

inline std::int64_t differences(const auto& a, const auto& b) {
  REQUIRE(a.size() == b.size());
  std::int64_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i];
  return count;
}

/// All three results of an engine against sums that are known to be right. `make` makes its
/// convolution of a BinaryLayer.
template <class Make>
void check_results(Example e, const std::vector<std::int32_t>& sums, const Make& make,
                   Random& random) {
  const BitMap result = e.result();
  CAPTURE(e.layer.inputs, e.layer.outputs, e.layer.groups, e.layer.kernel_h, e.layer.kernel_w,
          e.layer.stride.h, e.layer.stride.w, e.layer.dilation.h, e.layer.dilation.w,
          e.layer.pad.top, e.layer.pad.left, e.layer.pad.bottom, e.layer.pad.right,
          static_cast<int>(e.layer.pad_value), e.map.batch, e.map.height, e.map.width);
  e.layer.result = ToSums{};
  REQUIRE(differences(run<std::int32_t>(*make(e.layer), e, e.sums()), sums) == 0);

  const ToBits thresholds = some_thresholds(random, e);
  e.layer.result = thresholds;
  REQUIRE(differences(run<Word>(*make(e.layer), e, result.words()),
                      bits_of(sums, result, thresholds)) == 0);

  std::vector<float> operand(sums.size());
  for (float& x : operand) x = random.uniform(-9, 9);
  const float* operands[] = {nullptr, operand.data()};
  const Tail tail = some_tail(random, e.layer.outputs);
  e.layer.result = ToFloat{tail};
  REQUIRE(differences(run<float>(*make(e.layer), e, e.sums(), operands),
                      floats_of(sums, result, tail, operands)) == 0);
}

}  // namespace bench::one_bit::testing
