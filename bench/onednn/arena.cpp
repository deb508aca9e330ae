#include "bench/onednn/arena.h"

#include <algorithm>
#include <numeric>

namespace bench::onednn {
namespace {

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

bool alive_together(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

ArenaPlan plan_arena(const std::vector<Lifetime>& buffers) {
  std::vector<std::size_t> by_size(buffers.size());
  std::iota(by_size.begin(), by_size.end(), 0);
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) {
    return buffers[a].bytes > buffers[b].bytes;
  });
  ArenaPlan plan{std::vector<std::size_t>(buffers.size(), 0), 0};
  std::vector<std::size_t> placed;  // in the order of their offsets
  for (const std::size_t i : by_size) {
    std::size_t offset = 0;
    const std::size_t size = rounded(buffers[i].bytes);
    for (const std::size_t j : placed) {
      if (!alive_together(buffers[i], buffers[j])) continue;
      if (offset + size <= plan.offsets[j]) break;
      offset = std::max(offset, plan.offsets[j] + rounded(buffers[j].bytes));
    }
    plan.offsets[i] = offset;
    plan.bytes = std::max(plan.bytes, offset + size);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), i,
                                   [&](std::size_t a, std::size_t b) {
                                     return plan.offsets[a] < plan.offsets[b];
                                   }),
                  i);
  }
  return plan;
}

}  // namespace bench::onednn
