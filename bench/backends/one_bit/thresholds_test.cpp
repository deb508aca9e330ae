#include "bench/backends/one_bit/thresholds.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/random.h"

namespace bench::one_bit {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t kChannels = 6;

using Kind = Activation::Kind;
using Arith = Arithmetic::Kind;

std::vector<float> spread(Random& random, std::size_t size, int exponents) {
  std::vector<float> numbers;
  for (std::size_t i = 0; i < size; ++i) {
    numbers.push_back(std::ldexp(random.uniform(-1, 1), random.integer(-exponents, exponents)));
  }
  return numbers;
}

Tensor tensor_of(const std::vector<float>& numbers) {
  return Tensor::of({static_cast<std::int64_t>(numbers.size())}, numbers);
}

// One for all or one for each channel; some of them 0 if they may be.
std::vector<float> parameters(Random& random, bool zeros) {
  const std::size_t size = random.integer(0, 2) == 0 ? 1 : kChannels;
  std::vector<float> numbers = spread(random, size, random.integer(0, 3) == 0 ? 60 : 4);
  if (zeros && random.integer(0, 3) == 0) numbers[0] = 0;
  return numbers;
}

BatchNorm drawn_norm(Random& random) {
  BatchNorm norm;
  norm.gamma = tensor_of(spread(random, kChannels, 3));
  if (random.integer(0, 3) == 0) norm.gamma.data<float>()[0] = 0;
  norm.beta = tensor_of(spread(random, kChannels, 3));
  norm.mean = tensor_of(spread(random, kChannels, 6));
  norm.variance = random.tensor({kChannels}, 0, 4);
  return norm;
}

void append_arithmetic(Chain& chain, Random& random) {
  constexpr Arith kinds[] = {Arith::add, Arith::sub, Arith::mul,
                             Arith::div, Arith::min, Arith::max};
  const Arith kind = kinds[random.integer(0, 5)];
  const Tensor operand = tensor_of(parameters(random, kind != Arith::div));
  REQUIRE(chain.append({"a", Arithmetic{kind}, {0, 1}}, &operand));
}

void append_link(Chain& chain, Random& random) {
  switch (random.integer(0, 7)) {
    case 0: return chain.append_scale(parameters(random, true));
    case 1: return chain.append_shift(parameters(random, true));
    case 2: REQUIRE(chain.append({"n", drawn_norm(random), {0}})); return;
    case 3: REQUIRE(chain.append({"r", Activation{Kind::relu}, {0}})); return;
    case 4: {
      const float low = random.uniform(-5, 1), high = low + random.uniform(-0.1f, 5);
      REQUIRE(chain.append({"c", Activation{Kind::clip, low, high}, {0}}));
      return;
    }
    case 5: {
      const float slope = random.integer(0, 3) == 0 ? 0.0f : random.uniform(0, 2);
      REQUIRE(chain.append({"l", Activation{Kind::leaky_relu, slope}, {0}}));
      return;
    }
    case 6: {
      Tensor slopes = random.tensor({kChannels}, 0, 1.5f);
      slopes.data<float>()[1] = 0;
      REQUIRE(chain.append({"p", PRelu{slopes}, {0}}));
      return;
    }
    default: return append_arithmetic(chain, random);
  }
}

Chain drawn_chain(Random& random) {
  Chain chain;
  for (int links = random.integer(0, 5); links > 0; --links) append_link(chain, random);
  return chain;
}

bool positive(const Chain& chain, float x, std::size_t channel) { return !(chain(x, channel) < 0); }

// The limit and its neighbours, zeros, infinities, the ends of the numbers, and some of any size.
std::vector<float> probes(float limit, Random& random) {
  constexpr auto most = std::numeric_limits<float>::max();
  constexpr auto least = std::numeric_limits<float>::denorm_min();
  std::vector<float> numbers = {0.0f,  -0.0f, kInfinity, -kInfinity, most,
                                -most, least, -least,    1.0f,       -1.0f};
  if (limit == limit) {
    float below = limit, above = limit;
    for (int i = 0; i < 3; ++i) {
      numbers.insert(numbers.end(), {below, above});
      below = std::nextafter(below, -kInfinity);
      above = std::nextafter(above, kInfinity);
    }
  }
  for (int i = 0; i < 60; ++i) {
    const float any = std::bit_cast<float>(static_cast<std::uint32_t>(random.next()));
    numbers.insert(numbers.end(), {std::isnan(any) ? 0 : any, random.uniform(-10, 10)});
  }
  return numbers;
}

}  // namespace

TEST_CASE("a threshold of floats says what the chain's sign says") {
  Random random(11);
  std::size_t tried = 0, wrong = 0;
  std::size_t rising = 0, falling = 0, never = 0, always = 0;
  for (int round = 0; round < 3000; ++round) {
    const Chain chain = drawn_chain(random);
    const auto thresholds = chain.of_floats(kChannels);
    REQUIRE(thresholds.size() == kChannels);
    for (std::size_t c = 0; c < kChannels; ++c) {
      const Threshold<float> one = thresholds[c];
      (one.limit != one.limit                    ? never
       : one.limit == -kInfinity && !one.at_most ? always
       : one.at_most                             ? falling
                                                 : rising)++;
      for (const float x : probes(one.limit, random)) {
        ++tried;
        if (one(x) != positive(chain, x, c)) ++wrong;
      }
    }
  }
  CHECK(tried > 2'000'000);
  CHECK(wrong == 0);
  for (const std::size_t kind : {rising, falling, never, always}) CHECK(kind > 500);
}

TEST_CASE("a threshold of sums says what the chain's sign says, for every sum") {
  Random random(12);
  std::size_t tried = 0, wrong = 0;
  for (int round = 0; round < 1000; ++round) {
    const Chain chain = drawn_chain(random);
    const std::int32_t highest = random.integer(1, 600), lowest = -highest + random.integer(0, 3);
    const auto thresholds = chain.of_sums(kChannels, lowest, highest);
    REQUIRE(thresholds.size() == kChannels);
    for (std::size_t c = 0; c < kChannels; ++c) {
      for (std::int32_t x = lowest; x <= highest; ++x, ++tried) {
        if (thresholds[c](x) != positive(chain, static_cast<float>(x), c)) ++wrong;
      }
    }
  }
  CHECK(tried > 2'000'000);
  CHECK(wrong == 0);
}

TEST_CASE("thresholds: by hand") {
  Chain chain;
  CHECK(chain.of_floats(1)[0] == Threshold<float>{0, false});
  CHECK(chain.of_sums(1, -9, 9)[0] == Threshold<std::int32_t>{0, false});
  // -2 x + 3 is at least 0 up to 1.5; x / 4 - 1 from 4 on.
  chain.append_scale({-2, 0.25f});
  chain.append_shift({3, -1});
  CHECK(chain.of_floats(2) == std::vector<Threshold<float>>{{1.5f, true}, {4, false}});
  CHECK(chain.of_sums(2, -9, 9) == std::vector<Threshold<std::int32_t>>{{1, true}, {4, false}});
  CHECK(chain(10, 0) == -17);
  CHECK(chain(10, 1) == 1.5f);
  // What lies below 0 is 0 behind a ReLU, and never negative.
  REQUIRE(chain.append({"relu", Activation{Kind::relu}, {0}}));
  CHECK(chain.of_floats(2)[0](-1e30f));
  CHECK(chain.of_floats(2)[0](1e30f));
  // And less than 1 behind a shift of -1: from 1 on it is not.
  chain.append_shift({-1});
  CHECK(chain.of_floats(2) == std::vector<Threshold<float>>{{1, true}, {8, false}});
}

TEST_CASE("thresholds: a factor of 0, and limits at the ends of the numbers") {
  Chain down, up;
  down.append_scale({0});
  up.append_scale({0});
  down.append_shift({-1});
  const Threshold<float> never = down.of_floats(1)[0], always = up.of_floats(1)[0];
  for (const float x : {-kInfinity, -1.0f, 0.0f, 1e38f, kInfinity}) {
    CHECK_FALSE(never(x));
    CHECK(always(x));
  }
  CHECK(always(kNaN));
  CHECK_FALSE(down.of_sums(1, -5, 5)[0](5));
  CHECK(up.of_sums(1, -5, 5)[0](-5));
  // Only infinity is as large as that.
  Chain far;
  far.append_scale({1e-38f});
  far.append_shift({-4});
  CHECK(far.of_floats(1)[0] == Threshold<float>{kInfinity, false});
}

TEST_CASE("thresholds: of two products that round apart, the chain's own decides") {
  // 3 x 0.1f rounds up to 0.3f's upper neighbour, so a sum of 3 just misses or reaches the shift.
  const float product = 3 * 0.1f;
  Chain reached, missed;
  reached.append_scale({0.1f});
  reached.append_shift({-product});
  missed.append_scale({0.1f});
  missed.append_shift({-std::nextafter(product, 1.0f)});
  CHECK(reached.of_sums(1, -9, 9)[0] == Threshold<std::int32_t>{3, false});
  CHECK(missed.of_sums(1, -9, 9)[0] == Threshold<std::int32_t>{4, false});
}

TEST_CASE("chains refuse what is not monotone or not finite, and stay as they are") {
  const Tensor one = tensor_of({1}), zero = tensor_of({2, 0}), endless = tensor_of({kInfinity});
  const Tensor none = tensor_of({kNaN});
  BatchNorm broken;
  broken.gamma = broken.beta = broken.mean = tensor_of({1});
  broken.variance = tensor_of({-1});
  const std::vector<std::pair<Node, const Tensor*>> refused = {
      {{"", Activation{Kind::abs}, {0}}, nullptr},
      {{"", Activation{Kind::elu, 1}, {0}}, nullptr},
      {{"", Activation{Kind::swish}, {0}}, nullptr},
      {{"", Activation{Kind::leaky_relu, -0.1f}, {0}}, nullptr},
      {{"", Activation{Kind::leaky_relu, kNaN}, {0}}, nullptr},
      {{"", Activation{Kind::clip, kNaN, 1}, {0}}, nullptr},
      {{"", PRelu{tensor_of({0.5f, -0.5f})}, {0}}, nullptr},
      {{"", broken, {0}}, nullptr},
      {{"", Arithmetic{Arith::add}, {0, 1}}, nullptr},
      {{"", Arithmetic{Arith::pow}, {0, 1}}, &one},
      {{"", Arithmetic{Arith::div}, {0, 1}}, &zero},
      {{"", Arithmetic{Arith::mul}, {0, 1}}, &endless},
      {{"", Arithmetic{Arith::min}, {0, 1}}, &none},
      {{"", MaxPool{}, {0}}, nullptr},
      {{"", Softmax{}, {0}}, nullptr},
  };
  for (const auto& [node, operand] : refused) {
    Chain chain;
    INFO(name_of(node.op));
    CHECK_FALSE(chain.append(node, operand));
    CHECK(chain(-3, 0) == -3);
  }
  Chain chain;  // a bound may be infinite
  CHECK(chain.append({"", Arithmetic{Arith::min}, {0, 1}}, &endless));
}

}  // namespace bench::one_bit
