#include "bench/backends/one_bit/expanded_convolution.h"

#include <catch2/catch.hpp>

#include "bench/backends/one_bit/convolution_examples.h"
#include "bench/onednn/onednn.h"
#include "models/error.h"

namespace bench::one_bit {
namespace {

using testing::differences;
using testing::Example;
using testing::filled;
using testing::plain_sums;
using testing::quick_sums;
using testing::random_example;

std::unique_ptr<Convolution> make(const BinaryLayer& layer) {
  return make_expanded_convolution(layer);
}

// Says so where the engine has no instructions to run on.
bool is_absent() {
  if (onednn::int8_is_exact()) return false;
  BinaryLayer layer{.weights = {1}, .outputs = 1, .inputs = 1};
  CHECK_THROWS_WITH(make(layer), Catch::Contains("expanded needs VNNI or AMX") &&
                                     Catch::Contains(onednn::isa_name()));
  return true;
}

std::int64_t scratch_of(const Example& e) {
  return static_cast<std::int64_t>(make(e.layer)->bind(e.padded())->scratch_bytes());
}

TEST_CASE("expanded: sums, floats and bits equal products of -1 and +1") {
  if (is_absent()) return;
  Random random(12);
  for (int i = 0; i < 100; ++i) {
    const Example e = random_example(random, {600, 80, 12});
    check_results(e, quick_sums(e), make, random);
  }
}

TEST_CASE("expanded: every number of input channels to 130 and of outputs to 70") {
  if (is_absent()) return;
  Random random(13);
  for (std::int64_t channels = 1; channels <= 130; ++channels) {
    BinaryLayer layer{.outputs = (channels - 1) % 70 + 1, .inputs = channels};
    layer.kernel_h = 2, layer.kernel_w = 3;
    layer.pad = {1, 1, 1, 1};
    layer.pad_value = channels % 2 == 0 ? PadValue::zero : PadValue::minus_one;
    const Example e = filled(std::move(layer), {1, 3, 4, channels, 1}, random);
    check_results(e, plain_sums(e), make, random);
  }
}

TEST_CASE("expanded: sums of all signs alike reach the ends") {
  if (is_absent()) return;
  Random random(14);
  BinaryLayer layer{.outputs = 33, .inputs = 1024};
  layer.kernel_h = layer.kernel_w = 5;
  Example e = filled(std::move(layer), {1, 6, 6, 1024, 1}, random);
  std::ranges::fill(e.bits, ~Word{0});
  std::ranges::fill(e.layer.weights, 0);
  const auto count = testing::index(e.sums());
  check_results(e, std::vector<std::int32_t>(count, -25 * 1024), make, random);
  std::ranges::fill(e.layer.weights, ~Word{0});
  check_results(e, std::vector<std::int32_t>(count, 25 * 1024), make, random);
}

// Maps that are computed in bands of rows, and of images, with some left over.
TEST_CASE("expanded: maps larger than a band") {
  if (is_absent()) return;
  Random random(15);
  BinaryLayer layer{.outputs = 24, .inputs = 40};
  layer.kernel_h = layer.kernel_w = 3;
  layer.pad = {1, 1, 1, 1};
  layer.pad_value = PadValue::zero;
  const Example rows = filled(layer, {2, 131, 67, 40, 1}, random);
  const Example images = filled(layer, {67, 9, 11, 40, 1}, random);
  layer.groups = 2;
  layer.stride = {2, 1};
  layer.dilation = {1, 3};
  const Example both = filled(layer, {2, 261, 67, 40, 1}, random);
  for (const Example& e : {rows, images, both}) {
    CHECK(scratch_of(e) < e.sums() * 4);
    check_results(e, quick_sums(e), make, random);
  }
}

TEST_CASE("expanded: a dense layer, as VGG's first, is a product of matrices") {
  if (is_absent()) return;
  Random random(16);
  for (const std::int64_t batch : {1, 3, 40}) {
    BinaryLayer layer{.outputs = 100, .inputs = 512};
    layer.kernel_h = layer.kernel_w = 7;
    layer.pad = {0, 1, 0, 0};
    layer.pad_value = PadValue::zero;
    const Example e = filled(std::move(layer), {batch, 7, 6, 512, 1}, random);
    check_results(e, quick_sums(e), make, random);
  }
}

TEST_CASE("expanded: the bytes of the weights are those in memory, and windows must fit") {
  if (is_absent()) return;
  Random random(17);
  BinaryLayer layer{.outputs = 64, .inputs = 128};
  layer.kernel_h = layer.kernel_w = 3;
  const Example e = filled(std::move(layer), {1, 5, 5, 128, 1}, random);
  const auto convolution = make(e.layer);
  constexpr std::int64_t bits = 64 * 9 * 128 / 8, offsets = 64 * 4;
  CHECK(convolution->weight_bytes() == bits + offsets);
  const auto bound = convolution->bind(e.padded());
  CHECK(convolution->weight_bytes() == 9 * bits + offsets);
  CHECK_THAT(bound->implementation(), Catch::StartsWith("expanded:"));
  convolution->bind({2, 40, 41, 128, 1});  // does with the same weights
  CHECK(convolution->weight_bytes() == 9 * bits + offsets);
  CHECK_THROWS_WITH(convolution->bind({1, 2, 5, 128, 1}),
                    Catch::Contains("no window of 3 x 3 fits into a map of 2 x 5"));
}

TEST_CASE("expanded: 10^8 random outputs", "[.slow]") {
  if (is_absent()) return;
  Random random(18);
  std::int64_t compared = 0, wrong = 0;
  while (compared < 100'000'000) {
    const Example e = random_example(random, {1024, 600, 24});
    wrong += differences(testing::run<std::int32_t>(*make(e.layer), e, e.sums()), quick_sums(e));
    compared += e.sums();
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace bench::one_bit
