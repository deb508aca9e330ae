#include "bench/backends/one_bit/targets.h"

#include "bench/backends/one_bit/dispatch.h"
// After it: what it sets decides what Highway compiles.
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

namespace bench::one_bit {
namespace {

// As oneDNN's names rise: the best target each permits. A lower number is a better target.
Target highest_permitted() {
  const char* value = std::getenv("ONEDNN_MAX_CPU_ISA");
  if (value == nullptr) return 0;
  std::string name = value;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  if (name == "SSE41" || name == "AVX") return HWY_SSE4;
  if (name == "AVX2" || name == "AVX2_VNNI" || name == "AVX512_MIC" || name == "AVX512_MIC_4OPS") {
    return HWY_AVX2;
  }
  return name == "AVX512_CORE" ? HWY_AVX3 : 0;
}

std::vector<Target> find_targets() {
  const Target limit = highest_permitted();
  std::vector<Target> found;
  for (const Target target : hwy::SupportedAndGeneratedTargets()) {
    if (target >= limit && target != HWY_STATIC_TARGET) found.push_back(target);
  }
  found.push_back(HWY_STATIC_TARGET);
  return found;
}

}  // namespace

std::span<const Target> targets() {
  static const std::vector<Target> found = find_targets();
  return found;
}

std::string_view name_of(Target target) { return hwy::TargetName(target); }

std::size_t dispatch_index(Target target) {
  const auto mask = static_cast<std::uint64_t>(HWY_CHOSEN_TARGET_SHIFT(target));
  if (mask == 0) return HWY_MAX_DYNAMIC_TARGETS + 1;  // the fallback stands last
  return static_cast<std::size_t>(std::countr_zero(mask));
}

}  // namespace bench::one_bit
