#include <catch2/catch.hpp>

#include "bench/backends/one_bit/bits_testing.h"
#include "bench/backends/one_bit/glue.h"
#include "models/reference.h"

namespace bench::one_bit {
namespace {

constexpr Word kGuard = 0x5a5a5a5a;

void check(const Tensor& tensor, const MaxPool& pool) {
  Graph graph;
  graph.add("in", Input{tensor.shape()});
  graph.outputs = {{"out", graph.add("pool", pool, {0})}};
  const Tensor wanted = evaluate(graph, tensor)[0];
  const BitMap result = testing::map_of(wanted);
  std::vector<Word> pooled(static_cast<std::size_t>(result.words()) + 1, kGuard);
  max_pool(testing::bits_of(tensor).data(), testing::map_of(tensor), pool, result, pooled.data());
  REQUIRE(pooled.back() == kGuard);
  pooled.pop_back();
  REQUIRE(pooled == testing::bits_of(wanted));
}

Pair drawn_pair(Random& random, int most) {
  return {random.integer(1, most), random.integer(1, most)};
}

// A window that may also be dilated, with any padding that graphs may have.
MaxPool drawn_pool(Random& random) {
  MaxPool pool{.kernel = drawn_pair(random, 4), .stride = drawn_pair(random, 4)};
  if (random.integer(0, 2) == 0) pool.dilation = drawn_pair(random, 3);
  if (random.integer(0, 1) == 0) {
    pool.pad = {random.integer(0, pool.kernel.h / 2), random.integer(0, pool.kernel.w / 2),
                random.integer(0, pool.kernel.h / 2), random.integer(0, pool.kernel.w / 2)};
  }
  pool.ceil_mode = random.integer(0, 1) == 0;
  return pool;
}

std::int64_t size_for(Random& random, int kernel, int dilation) {
  return std::int64_t{dilation} * (kernel - 1) + random.integer(1, 9);
}

// Mostly -1, so that pooling leaves something to see.
Tensor sparse_signs(Random& random, Shape shape) {
  Tensor tensor(std::move(shape));
  for (float& x : tensor.data<float>()) x = random.integer(0, 5) == 0 ? 1.0f : -1.0f;
  return tensor;
}

TEST_CASE("1-bit max pooling: as evaluate() on -1 and +1, any window") {
  Random random(61);
  for (int round = 0; round < 3000; ++round) {
    const MaxPool pool = drawn_pool(random);
    const Shape shape = {random.integer(1, 2), random.integer(1, 200),
                         size_for(random, pool.kernel.h, pool.dilation.h),
                         size_for(random, pool.kernel.w, pool.dilation.w)};
    INFO("round " << round << ": " << to_string(shape) << ", kernel " << pool.kernel.h << "x"
                  << pool.kernel.w << ", stride " << pool.stride.h << "x" << pool.stride.w);
    check(sparse_signs(random, shape), pool);
  }
}

TEST_CASE("1-bit max pooling: the networks' own windows, every channel count up to 200") {
  Random random(62);
  const MaxPool halves{.kernel = {2, 2}, .stride = {2, 2}};
  const MaxPool overlapping{.kernel = {3, 3}, .stride = {2, 2}, .pad = {1, 1, 1, 1}};
  for (std::int64_t channels = 1; channels <= 200; ++channels) {
    const Shape shape = {1, channels, random.integer(2, 9), random.integer(2, 9)};
    INFO(to_string(shape));
    check(sparse_signs(random, shape), halves);
    check(sparse_signs(random, shape), overlapping);
  }
}

TEST_CASE("1-bit max pooling: a window on padding alone gives -1") {
  // Two pixels of padding in front of windows of one.
  const std::vector<Word> bits = {1};
  std::vector<Word> pooled(3, kGuard);
  const MaxPool pool{.kernel = {1, 1}, .stride = {1, 1}, .pad = {0, 2, 0, 0}};
  max_pool(bits.data(), {1, 1, 1, 1, 1}, pool, {1, 1, 3, 1, 1}, pooled.data());
  CHECK(pooled == std::vector<Word>{0, 0, 1});
}

}  // namespace
}  // namespace bench::one_bit
