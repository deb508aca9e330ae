#include "bench/backends/one_bit/engine_choice.h"

#include <catch2/catch.hpp>

#include "bench/backends/one_bit/convolution_examples.h"
#include "bench/onednn/onednn.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

constexpr Units granite_rapids{true, true, true}, zen4{false, true, true},
    cascade_lake{false, true, false}, haswell{};

BinaryLayer square(std::int64_t channels, std::int64_t kernel) {
  BinaryLayer layer{.outputs = channels, .inputs = channels};
  layer.kernel_h = layer.kernel_w = kernel;
  return layer;
}

// A map of `size` windows a side, with what surrounds it.
BitMap map_for(const BinaryLayer& layer, std::int64_t size, std::int64_t batch = 1) {
  return {batch, size + layer.kernel_h - 1, size + layer.kernel_w - 1, layer.inputs / layer.groups,
          layer.groups};
}

TEST_CASE("engine choice: by the processor's units and the products to a sum") {
  const auto chosen = [](std::int64_t channels, const Units& units) {
    const BinaryLayer layer = square(channels, 3);
    return choose_engine(layer, map_for(layer, 14), units);
  };
  CHECK(chosen(256, granite_rapids) == Engine::expanded);
  CHECK(chosen(64, granite_rapids) == Engine::expanded);
  CHECK(chosen(256, zen4) == Engine::xnor);
  CHECK(chosen(64, zen4) == Engine::xnor);
  CHECK(chosen(64, cascade_lake) == Engine::xnor);
  CHECK(chosen(32, cascade_lake) == Engine::expanded);
  CHECK(chosen(32, haswell) == Engine::xnor);
}

TEST_CASE("engine choice: bits where pixels or a group's inputs are few") {
  const auto with_amx = [](const BinaryLayer& layer, std::int64_t size, std::int64_t batch) {
    return choose_engine(layer, map_for(layer, size, batch), granite_rapids);
  };
  CHECK(with_amx(square(512, 3), 7, 1) == Engine::xnor);
  CHECK(with_amx(square(512, 3), 10, 1) == Engine::expanded);
  CHECK(with_amx(square(512, 3), 7, 3) == Engine::expanded);
  CHECK(with_amx(square(512, 7), 1, 1) == Engine::xnor);
  CHECK(with_amx(square(512, 7), 1, 128) == Engine::expanded);

  BinaryLayer grouped = square(512, 3);
  grouped.groups = 16;
  CHECK(with_amx(grouped, 28, 1) == Engine::expanded);
  grouped.groups = 32;
  CHECK(with_amx(grouped, 28, 1) == Engine::xnor);
}

TEST_CASE("engine choice: the rule in words") {
  CHECK(engine_rule(BinaryEngine::xnor, zen4) == "xnor, as asked for");
  CHECK(engine_rule(BinaryEngine::expanded, zen4) ==
        "expanded, as asked for; xnor for groups of fewer than 32 inputs");
  CHECK(engine_rule(BinaryEngine::automatic, zen4) ==
        "expanded with AMX, or with VNNI but no VPOPCNTDQ up to 512 products to a sum, for layers "
        "of 100 output pixels or more (and 32 inputs to a group); else xnor. Here: VNNI, "
        "VPOPCNTDQ");
  CHECK_THAT(engine_rule(BinaryEngine::automatic, haswell), Catch::EndsWith("none of these"));
}

TEST_CASE("engine choice: what runs is what was chosen, and gives the same") {
  Random random(21);
  BinaryLayer layer = square(160, 3);
  const testing::Example e = testing::filled(layer, {1, 12, 13, 160, 1}, random);
  const std::vector<std::int32_t> sums = testing::quick_sums(e);
  const auto ran = [&](BinaryEngine wanted) {
    const auto convolution = make_convolution(e.layer, wanted);
    CHECK(testing::run<std::int32_t>(*convolution, e, e.sums()) == sums);
    const std::string implementation = convolution->bind(e.padded())->implementation();
    return implementation.substr(0, implementation.find(':'));
  };
  const bool bytes = choose_engine(e.layer, e.padded(), units_here()) == Engine::expanded;
  CHECK(ran(BinaryEngine::xnor) == "xnor");
  CHECK(ran(BinaryEngine::automatic) == (bytes ? "expanded" : "xnor"));
  if (onednn::int8_is_exact()) {
    CHECK(ran(BinaryEngine::expanded) == "expanded");
  } else {  // so it is under ONEDNN_MAX_CPU_ISA=AVX2
    CHECK_FALSE(bytes);
    CHECK_THROWS_AS(ran(BinaryEngine::expanded), Error);
  }
}

TEST_CASE("engine choice: one layer on maps of two sizes") {
  if (!onednn::int8_is_exact()) return;
  Random random(23);
  const testing::Example large = testing::filled(square(96, 3), {1, 15, 13, 96, 1}, random);
  testing::Example small = large;
  small.map.height = 5;
  const auto convolution = make_convolution(large.layer, BinaryEngine::automatic, granite_rapids);
  constexpr std::int64_t packed = 96 * 9 * 96 / 8;
  CHECK(convolution->weight_bytes() == packed);
  const auto check = [&](const testing::Example& e, const char* engine) {
    CHECK_THAT(convolution->bind(e.padded())->implementation(), Catch::StartsWith(engine));
    CHECK(testing::run<std::int32_t>(*convolution, e, e.sums()) == testing::quick_sums(e));
  };
  check(large, "expanded:");
  CHECK(convolution->weight_bytes() > 9 * packed);
  CHECK(convolution->weight_bytes() < 10 * packed);
  check(small, "xnor:");
  CHECK(convolution->weight_bytes() >= 10 * packed);
  check(large, "expanded:");
}

TEST_CASE("engine choice: random layers give the same on either engine") {
  if (!onednn::int8_is_exact()) return;  // then there is one engine
  Random random(22);
  for (int i = 0; i < 40; ++i) {
    testing::Example e = testing::random_example(random, {600, 100, 14});
    const auto sums = [&](BinaryEngine wanted) {
      return testing::run<std::int32_t>(*make_convolution(e.layer, wanted), e, e.sums());
    };
    CHECK(testing::differences(sums(BinaryEngine::xnor), sums(BinaryEngine::expanded)) == 0);
  }
}

}  // namespace
}  // namespace bench::one_bit
