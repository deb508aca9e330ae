#include "bench/backends/int8/instruction_set.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

namespace bench::int8 {
namespace {

InstructionSet highest_of_processor() {
#if defined(__x86_64__)
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  if (avx512 && __builtin_cpu_supports("avx512vnni")) return InstructionSet::avx512_vnni;
  if (__builtin_cpu_supports("avx2")) return InstructionSet::avx2;
#endif
  return InstructionSet::portable;
}

// As oneDNN: a name it does not know is no limit. AVX512_CORE has no dot products.
InstructionSet highest_permitted() {
  const char* value = std::getenv("ONEDNN_MAX_CPU_ISA");
  if (value == nullptr) return InstructionSet::avx512_vnni;
  std::string name = value;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  if (name == "SSE41" || name == "AVX") return InstructionSet::portable;
  if (name == "AVX2" || name == "AVX512_MIC" || name == "AVX512_MIC_4OPS" || name == "AVX2_VNNI" ||
      name == "AVX512_CORE") {
    return InstructionSet::avx2;
  }
  return InstructionSet::avx512_vnni;
}

std::vector<InstructionSet> find_instruction_sets() {
  const InstructionSet last = std::min(highest_of_processor(), highest_permitted());
  std::vector<InstructionSet> sets;
  for (const auto set :
       {InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512_vnni}) {
    if (set <= last) sets.push_back(set);
  }
  return sets;
}

}  // namespace

std::string_view name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::portable: return "portable";
    case InstructionSet::avx2: return "avx2";
    case InstructionSet::avx512_vnni: break;
  }
  return "avx512_vnni";
}

std::span<const InstructionSet> instruction_sets() {
  static const std::vector<InstructionSet> sets = find_instruction_sets();
  return sets;
}

}  // namespace bench::int8
