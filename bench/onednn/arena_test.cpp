#include "bench/onednn/arena.h"

#include <catch2/catch.hpp>

namespace bench::onednn {

TEST_CASE("arena: buffers that are never alive together share their place") {
  // 0 is read by step 1, which writes 1; then 0 is free for 2, which step 2 writes.
  const ArenaPlan plan = plan_arena({{640, 0, 1}, {640, 1, 2}, {640, 2, 3}});
  CHECK(plan.bytes == 1280);
  CHECK(plan.offsets == std::vector<std::size_t>{0, 640, 0});
}

TEST_CASE("arena: sizes are rounded to cache lines and small ones fill gaps") {
  // 1000 -> 1024 bytes at 0; the second lives beside it; the third fits where the first was.
  const ArenaPlan plan = plan_arena({{1000, 0, 1}, {512, 1, 3}, {10, 2, 3}});
  CHECK(plan.bytes == 1024 + 512);
  CHECK(plan.offsets == std::vector<std::size_t>{0, 1024, 0});
}

TEST_CASE("arena: no overlap for any mix of sizes and lifetimes") {
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
  };
  std::vector<Lifetime> buffers;
  for (int i = 0; i < 200; ++i) {
    const int first = static_cast<int>(random(50));
    buffers.push_back({random(5000), first, first + static_cast<int>(random(20))});
  }
  const ArenaPlan plan = plan_arena(buffers);
  for (std::size_t a = 0; a < buffers.size(); ++a) {
    CHECK(plan.offsets[a] + buffers[a].bytes <= plan.bytes);
    for (std::size_t b = 0; b < a; ++b) {
      const bool together =
          buffers[a].first <= buffers[b].last && buffers[b].first <= buffers[a].last;
      const bool apart = plan.offsets[a] + buffers[a].bytes <= plan.offsets[b] ||
                         plan.offsets[b] + buffers[b].bytes <= plan.offsets[a];
      if (together && !apart) FAIL("buffers " << a << " and " << b << " overlap");
    }
  }
}

}  // namespace bench::onednn
