#include "bench/backends/one_bit/tail.h"

#include <bit>
#include <catch2/catch.hpp>
#include <limits>

#include "models/random.h"

namespace bench::one_bit {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What one element becomes.
struct OneElement {
  float x;
  std::size_t channel;
  const std::vector<const float*>& operands;
  std::int64_t at;

  void operator()(const tail::Scale& op) { x = x * op.by[channel]; }
  void operator()(const tail::Shift& op) { x = x + op.by[channel]; }
  void operator()(const tail::AddOperand& op) { x = x + operands[op.number][at]; }
  void operator()(const tail::Clip& op) {
    x = x > op.low ? x : op.low;
    x = x < op.high ? x : op.high;
  }
  void operator()(const tail::Slope& op) { x = x > 0 ? x : x * op.below[channel]; }
};

std::vector<float> drawn(Random& random, std::int64_t size) {
  constexpr float specials[] = {0.0f,     -0.0f,   kInfinity, -kInfinity, 1e-45f,
                                -3.4e38f, 3.4e38f, -1e-40f,   1.0f,       -1.0f};
  std::vector<float> numbers;
  for (std::int64_t i = 0; i < size; ++i) {
    numbers.push_back(random.integer(0, 30) == 0 ? specials[random.integer(0, 9)]
                                                 : random.uniform(-5, 5));
  }
  return numbers;
}

TailOp drawn_op(Random& random, std::int64_t channels) {
  const auto by = [&](float low, float high) {
    const Tensor numbers = random.tensor({channels}, low, high);
    return std::vector<float>(numbers.data<float>().begin(), numbers.data<float>().end());
  };
  switch (random.integer(0, 5)) {
    case 0: return tail::Scale{by(-2, 2)};
    case 1: return tail::Shift{by(-2, 2)};
    case 2: return tail::AddOperand{static_cast<std::size_t>(random.integer(0, 1))};
    case 3: return tail::Clip{0, kInfinity};
    case 4: return tail::Clip{random.uniform(-3, 0), random.uniform(0, 3)};
    default: return tail::Slope{by(-0.5f, 1)};
  }
}

Tail drawn_tail(Random& random, std::int64_t channels) {
  Tail tail;
  for (int ops = random.integer(0, 6); ops > 0; --ops) {
    tail.ops.push_back(drawn_op(random, channels));
  }
  return tail;
}

bool same_bits(float a, float b) {
  if (a != a) return b != b;
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

// A map of `pixels` x `channels`, and of it a tile of some neighbouring channels and pixels.
struct Case {
  std::int64_t pixels, channels, first_pixel, tile_pixels, first, tile_channels;

  static Case draw(Random& random) {
    Case one{};
    one.channels = random.integer(1, 200);
    one.pixels = random.integer(1, 40);
    one.first = random.integer(0, 1) * random.integer(0, static_cast<int>(one.channels) - 1);
    one.tile_channels = random.integer(1, static_cast<int>(one.channels - one.first));
    one.first_pixel = random.integer(0, static_cast<int>(one.pixels) - 1);
    one.tile_pixels = random.integer(1, static_cast<int>(one.pixels - one.first_pixel));
    return one;
  }
  bool inside(std::int64_t pixel, std::int64_t channel) const {
    return pixel >= first_pixel && pixel < first_pixel + tile_pixels && channel >= first &&
           channel < first + tile_channels;
  }
};

// Elements that are not what the plain loop has; those beside the tile have to stay.
std::size_t count_wrong(const Case& one, const Tail& tail, Target target, Random& random) {
  const std::int64_t size = one.pixels * one.channels;
  const std::vector<float> before = drawn(random, size);
  const std::vector<float> a = drawn(random, size), b = drawn(random, size);
  const std::vector<const float*> operands = {a.data(), b.data()};
  std::vector<float> values = before;
  const std::int64_t at = one.first_pixel * one.channels + one.first;
  apply(tail,
        {values.data() + at, one.tile_pixels, one.tile_channels, one.channels, one.first, operands,
         at, one.channels},
        target);
  std::size_t wrong = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t channel = i % one.channels;
    OneElement element{before[static_cast<std::size_t>(i)], static_cast<std::size_t>(channel),
                       operands, i};
    if (one.inside(i / one.channels, channel)) {
      for (const TailOp& op : tail.ops) std::visit(element, op);
    }
    if (!same_bits(element.x, values[static_cast<std::size_t>(i)])) ++wrong;
  }
  return wrong;
}

TEST_CASE("1-bit tails: the bits of plain loops on every target, and nothing beside the tile") {
  for (const Target target : targets()) {
    INFO(name_of(target));
    Random random(21);
    for (int round = 0; round < 1500; ++round) {
      const Case one = Case::draw(random);
      const Tail tail = drawn_tail(random, one.channels);
      INFO("round " << round << ": " << one.pixels << " pixels of " << one.channels << " channels, "
                    << tail.ops.size() << " operations");
      REQUIRE(count_wrong(one, tail, target, random) == 0);
    }
  }
}

TEST_CASE("1-bit tails: a tile apart from its operands") {
  // Two pixels of two channels, packed; the operand's map has four channels.
  std::vector<float> values = {1, 2, 3, 4};
  const std::vector<float> operand = {0, 0, 0, 0, 0, 10, 20, 0, 0, 30, 40, 0};
  const std::vector<const float*> operands = {operand.data()};
  const Tail tail{{tail::Scale{{9, 2, 3, 9}}, tail::AddOperand{0}, tail::Clip{0, 50}}};
  for (const Target target : targets()) {
    values = {1, 2, 3, 4};
    apply(tail, {values.data(), 2, 2, 2, 1, operands, 5, 4}, target);
    CHECK(values == std::vector<float>{12, 26, 36, 50});
  }
}

TEST_CASE("1-bit tails: NaN stays, but for bounds") {
  for (const Target target : targets()) {
    INFO(name_of(target));
    std::vector<float> values(40, std::numeric_limits<float>::quiet_NaN());
    const std::vector<float> ones(40, 1);
    apply({{tail::Scale{ones}, tail::Shift{ones}, tail::Slope{ones}}},
          {values.data(), 1, 40, 40, 0, {}, 0, 0}, target);
    for (const float x : values) CHECK(x != x);
    apply({{tail::Clip{-2, 3}}}, {values.data(), 1, 40, 40, 0, {}, 0, 0}, target);
    CHECK(values == std::vector<float>(40, -2));
  }
}

}  // namespace
}  // namespace bench::one_bit
