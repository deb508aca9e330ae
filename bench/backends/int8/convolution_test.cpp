#include "bench/backends/int8/convolution.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "models/random.h"
#include "models/requantize.h"

namespace bench::int8 {
namespace {

constexpr Requantization modes[] = {Requantization::fixed_point, Requantization::tflite,
                                    Requantization::float_scale};

// One layer and all that surrounds it. Numbers as the graph has them, NHWC.
struct Case {
  integer::Layer layer{};
  Convolution::Options options{};
  Map input{};
  std::vector<std::int32_t> numbers{}, other{};
  float dynamic_scale = 1;
};

std::size_t at(const Map& map, std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) {
  return static_cast<std::size_t>(((n * map.height + y) * map.width + x) * map.channels + c);
}

// The sum of integer::Layer's comment, word for word, of the window of result (n, y, x).
std::int32_t plain_sum(const Case& test, std::int64_t n, std::int64_t y, std::int64_t x,
                       std::int64_t c) {
  const integer::Layer& layer = test.layer;
  const std::int64_t inputs = layer.weight.dim(1);
  const std::int64_t kh = layer.linear ? 1 : layer.weight.dim(2);
  const std::int64_t kw = layer.linear ? 1 : layer.weight.dim(3);
  const std::int64_t group = c / (layer.weight.dim(0) / layer.groups);
  const std::size_t wz = layer.weight_zero_point.size() == 1 ? 0 : static_cast<std::size_t>(c);
  const auto weights = layer.weight.data<std::int8_t>();
  std::int64_t sum = layer.bias[static_cast<std::size_t>(c)];
  for (std::int64_t i = 0; i < inputs; ++i) {
    for (std::int64_t ky = 0; ky < kh; ++ky) {
      for (std::int64_t kx = 0; kx < kw; ++kx) {
        const std::int64_t from_y = y * layer.stride.h - layer.pad.top + ky * layer.dilation.h;
        const std::int64_t from_x = x * layer.stride.w - layer.pad.left + kx * layer.dilation.w;
        if (from_y < 0 || from_x < 0 || from_y >= test.input.height || from_x >= test.input.width) {
          continue;
        }
        const std::int32_t number =
            test.numbers[at(test.input, n, from_y, from_x, group * inputs + i)];
        const std::int32_t weight =
            weights[static_cast<std::size_t>(((c * inputs + i) * kh + ky) * kw + kx)];
        sum += (number - test.options.input.zero_point) * (weight - layer.weight_zero_point[wz]);
      }
    }
  }
  return static_cast<std::int32_t>(sum);
}

float plain_real(const Case& test, std::int32_t sum, std::size_t c) {
  const float scale = test.layer.scale[c] * test.dynamic_scale;
  return static_cast<float>(sum) * scale + test.layer.float_bias[c];
}

std::int32_t plain_number(const Case& test, std::int32_t sum, std::size_t c, std::size_t index) {
  const bool negative = sum < 0 && test.layer.negative;
  const Requantizer& rule = negative ? *test.layer.negative : *test.layer.requantizer;
  const std::int32_t number = rule.apply(sum, rule.channels() == 1 ? 0 : c);
  if (!test.options.add) return number;
  const FusedAdd& add = *test.options.add;
  const std::int32_t other = test.other[index];
  return add.layer_is_first ? add.rule.apply(number, other) : add.rule.apply(other, number);
}

std::vector<std::uint8_t> stored(const std::vector<std::int32_t>& numbers, bool is_signed) {
  std::vector<std::uint8_t> bytes;
  for (const std::int32_t number : numbers) {
    bytes.push_back(static_cast<std::uint8_t>(number + (is_signed ? 128 : 0)));
  }
  return bytes;
}

struct Results {
  std::vector<std::uint8_t> bytes;
  std::vector<float> real;
};

Results run(const Case& test, InstructionSet set) {
  Convolution::Options options = test.options;
  options.instruction_set = set;
  const Convolution convolution(test.layer, options);
  const auto count = static_cast<std::size_t>(convolution.result(test.input).size());
  auto input = stored(test.numbers, options.input.is_signed);
  input.resize(input.size() + Convolution::slack, 0xa5);
  const auto other = stored(test.other, options.add && options.add->other_is_signed);
  std::vector<std::byte, AlignedAllocator<std::byte>> scratch(
      convolution.scratch_bytes(test.input) + 64, std::byte{0x5a});
  constexpr std::size_t guard = 64;
  Results results{std::vector<std::uint8_t>(count + guard, 0xee),
                  std::vector<float>(count + guard, 1e30f)};
  convolution.run(test.input, {.input = input.data(),
                               .other = test.other.empty() ? nullptr : other.data(),
                               .result = results.bytes.data(),
                               .float_result = results.real.data(),
                               .dynamic_scale = test.dynamic_scale,
                               .scratch = scratch.data()});
  const auto untouched = [&](const auto& values, auto value) {
    return std::all_of(values.end() - guard, values.end(), [&](auto v) { return v == value; });
  };
  CHECK(untouched(results.bytes, std::uint8_t{0xee}));
  CHECK(untouched(results.real, 1e30f));
  CHECK(std::all_of(scratch.end() - 64, scratch.end(),
                    [](std::byte b) { return b == std::byte{0x5a}; }));
  results.bytes.resize(count);
  results.real.resize(count);
  return results;
}

std::string describe(const Case& test) {
  const integer::Layer& l = test.layer;
  std::string text = "input " + to_string({test.input.batch, test.input.height, test.input.width,
                                           test.input.channels});
  text += " weight " + to_string(l.weight.shape()) + " groups " + std::to_string(l.groups);
  text += " stride " + std::to_string(l.stride.h) + "," + std::to_string(l.stride.w);
  text += " dilation " + std::to_string(l.dilation.h) + "," + std::to_string(l.dilation.w);
  text += " pad " + std::to_string(l.pad.top) + "," + std::to_string(l.pad.left) + "," +
          std::to_string(l.pad.bottom) + "," + std::to_string(l.pad.right);
  text += l.requantizer ? " mode " + std::to_string(static_cast<int>(l.requantizer->mode()))
                        : std::string(" real");
  return text + (l.negative ? " leaky" : "") + (test.options.add ? " add" : "") +
         " first weight zero point " + std::to_string(l.weight_zero_point[0]);
}

void check(const Case& test) {
  const Map result = Convolution(test.layer, test.options).result(test.input);
  Results expected;
  for (std::int64_t n = 0; n < result.batch; ++n) {
    for (std::int64_t y = 0; y < result.height; ++y) {
      for (std::int64_t x = 0; x < result.width; ++x) {
        for (std::int64_t c = 0; c < result.channels; ++c) {
          const std::int32_t sum = plain_sum(test, n, y, x, c);
          const auto channel = static_cast<std::size_t>(c);
          if (!test.layer.requantizer) {
            expected.real.push_back(plain_real(test, sum, channel));
            continue;
          }
          const bool shifted =
              test.options.add ? test.options.add->sum_is_signed : test.options.result_is_signed;
          const std::int32_t number = plain_number(test, sum, channel, at(result, n, y, x, c));
          expected.bytes.push_back(static_cast<std::uint8_t>(number + (shifted ? 128 : 0)));
        }
      }
    }
  }
  for (const InstructionSet set : instruction_sets()) {
    INFO(describe(test) << " on " << name_of(set));
    const Results results = run(test, set);
    if (test.layer.requantizer) {
      CHECK(std::ranges::equal(results.bytes, expected.bytes));
    } else {
      CHECK(std::memcmp(results.real.data(), expected.real.data(), 4 * expected.real.size()) == 0);
    }
  }
}

// A grid of 8 bits or a little less.
struct RandomGrid {
  explicit RandomGrid(Random& random) : is_signed(random.integer(0, 1) == 1) {
    const std::int32_t low = is_signed ? -128 : 0;
    range.lowest = low + (random.integer(0, 2) == 0 ? random.integer(0, 100) : 0);
    range.highest = low + 255 - (random.integer(0, 2) == 0 ? random.integer(0, 100) : 0);
    range.zero_point = random.integer(low, low + 255);
  }
  bool is_signed;
  TargetRange range{};
};

std::vector<std::int32_t> random_numbers(Random& random, std::int64_t count, bool is_signed,
                                         bool extreme) {
  std::vector<std::int32_t> numbers;
  for (std::int64_t i = 0; i < count; ++i) {
    const int number = extreme ? 255 * random.integer(0, 1) : random.integer(0, 255);
    numbers.push_back(number - (is_signed ? 128 : 0));
  }
  return numbers;
}

struct Sizes {
  int groups = 1, inputs = 1, outputs = 1;  // of each group
  int kernel_h = 1, kernel_w = 1;
  bool linear = false;
};

void set_weights(Case& test, Random& random, const Sizes& sizes) {
  integer::Layer& layer = test.layer;
  const std::int64_t outputs = std::int64_t{sizes.groups} * sizes.outputs;
  layer.linear = sizes.linear;
  layer.groups = sizes.groups;
  layer.weight = sizes.linear
                     ? Tensor({outputs, sizes.inputs}, DType::i8)
                     : Tensor({outputs, sizes.inputs, sizes.kernel_h, sizes.kernel_w}, DType::i8);
  const bool extreme = random.integer(0, 3) == 0;
  for (std::int8_t& w : layer.weight.data<std::int8_t>()) {
    w = static_cast<std::int8_t>(extreme ? -128 : random.integer(-128, 127));
  }
  const int zero_points = random.integer(0, 3);  // none, one, many
  layer.weight_zero_point.assign(zero_points == 2 ? static_cast<std::size_t>(outputs) : 1, 0);
  for (std::int32_t& z : layer.weight_zero_point) {
    if (zero_points > 0 && zero_points < 3) z = random.integer(-128, 127);
  }
  for (std::int64_t c = 0; c < outputs; ++c) layer.bias.push_back(random.integer(-30000, 30000));
}

void set_result(Case& test, Random& random, std::int64_t outputs) {
  const RandomGrid grid(random);
  integer::Layer& layer = test.layer;
  const float size = static_cast<float>(layer.weight.size()) / static_cast<float>(outputs);
  std::vector<double> multipliers;
  const bool shared = random.integer(0, 4) == 0;
  for (std::int64_t c = 0; c < (shared ? 1 : outputs); ++c) {
    multipliers.push_back(double{random.uniform(0.001f, 0.1f)} / double{size});
  }
  if (random.integer(0, 9) == 0) multipliers[0] = 900;  // every sum out of range
  const int kind = random.integer(0, 5);
  if (kind == 5) {
    layer.bias.assign(static_cast<std::size_t>(outputs), 0);
    for (std::int64_t c = 0; c < outputs; ++c) {
      layer.scale.push_back(random.uniform(0.001f, 1));
      layer.float_bias.push_back(random.uniform(-5, 5));
    }
    if (random.integer(0, 1)) test.dynamic_scale = random.uniform(0.01f, 2);
    return;
  }
  const Requantization mode = modes[kind % 3];
  layer.requantizer.emplace(mode, multipliers, grid.range, "layer");
  test.options.result_is_signed = grid.is_signed;
  if (random.integer(0, 2) != 0) return;
  const bool steep = random.integer(0, 3) == 0;  // slopes may be above 1
  for (double& multiplier : multipliers) multiplier *= double{random.uniform(0.01f, steep ? 9 : 1)};
  layer.negative.emplace(mode, multipliers, grid.range, "layer");
}

void set_add(Case& test, Random& random) {
  if (!test.layer.requantizer || random.integer(0, 2) != 0) return;
  const RandomGrid other(random), sum(random);
  const bool first = random.integer(0, 1) == 1;
  const Scaled layer_scale{random.uniform(0.1f, 1), test.layer.requantizer->target().zero_point};
  const Scaled other_scale{random.uniform(0.1f, 1), other.range.zero_point};
  const RescaledAdd rule(test.layer.requantizer->mode(), first ? layer_scale : other_scale,
                         first ? other_scale : layer_scale, random.uniform(0.1f, 1), sum.range,
                         "add");
  test.options.add = FusedAdd{rule, first, other.is_signed, sum.is_signed};
  const Map result = Convolution(test.layer, test.options).result(test.input);
  test.other = random_numbers(random, result.size(), other.is_signed, false);
}

void set_input(Case& test, Random& random, const Sizes& sizes, int height, int width) {
  const RandomGrid grid(random);
  test.options.input = {grid.is_signed, grid.range.zero_point};
  test.input = {random.integer(1, 2), height, width, std::int64_t{sizes.groups} * sizes.inputs};
  test.numbers =
      random_numbers(random, test.input.size(), grid.is_signed, random.integer(0, 3) == 0);
}

void set_geometry(Case& test, Random& random, const Sizes& sizes) {
  integer::Layer& layer = test.layer;
  layer.stride = {random.integer(1, 3), random.integer(1, 3)};
  if (random.integer(0, 1)) layer.stride = {1, 1};
  if (random.integer(0, 3) == 0) layer.dilation = {random.integer(1, 3), random.integer(1, 3)};
  if (random.integer(0, 2) > 0) {
    layer.pad = {random.integer(0, sizes.kernel_h), random.integer(0, sizes.kernel_w),
                 random.integer(0, sizes.kernel_h), random.integer(0, sizes.kernel_w)};
  }
}

Case random_case(Random& random, const Sizes& sizes) {
  Case test;
  set_weights(test, random, sizes);
  if (!sizes.linear) set_geometry(test, random, sizes);
  const auto size = [&](int kernel, int dilation) {
    return dilation * (kernel - 1) + random.integer(1, 9);
  };
  set_input(test, random, sizes, size(sizes.kernel_h, test.layer.dilation.h),
            size(sizes.kernel_w, test.layer.dilation.w));
  set_result(test, random, std::int64_t{sizes.groups} * sizes.outputs);
  set_add(test, random);
  return test;
}

}  // namespace

TEST_CASE("int8 convolutions of random shapes give the integers of plain loops") {
  Random random(1);
  for (int i = 0; i < 150; ++i) {
    const int groups = random.integer(0, 3) == 0 ? random.integer(2, 5) : 1;
    const int most = random.integer(0, 2) == 0 ? 130 : 20;
    check(random_case(random, {groups, random.integer(1, most), random.integer(1, most),
                               random.integer(1, 7), random.integer(1, 7)}));
  }
}

TEST_CASE("int8 pointwise layers give the integers of plain loops") {
  Random random(2);
  for (int i = 0; i < 150; ++i) {
    check(
        random_case(random, {1, random.integer(1, 130), random.integer(1, 130), 1, 1, i % 3 == 0}));
  }
}

TEST_CASE("int8 depthwise layers give the integers of plain loops") {
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    const int kernel = i % 2 == 0 ? 3 : random.integer(1, 7);
    const int multiplier = random.integer(0, 5) == 0 ? random.integer(2, 3) : 1;
    check(random_case(random, {random.integer(2, 150), 1, multiplier, kernel,
                               random.integer(0, 3) ? kernel : random.integer(1, 7)}));
  }
}

TEST_CASE("int8 layers that are cut into several bands give the integers of plain loops") {
  Random random(4);
  for (const Sizes& sizes : {Sizes{1, 64, 5, 3, 3}, Sizes{1, 3, 8, 7, 7}, Sizes{1, 512, 3, 1, 1},
                             Sizes{96, 1, 1, 3, 3}}) {
    Case test;
    set_weights(test, random, sizes);
    if (sizes.kernel_h > 1) test.layer.pad = {1, 1, 1, 1};
    set_input(test, random, sizes, sizes.inputs == 3 ? 210 : 40, sizes.inputs == 3 ? 210 : 100);
    set_result(test, random, std::int64_t{sizes.groups} * sizes.outputs);
    check(test);
  }
}

}  // namespace bench::int8
