#include "bench/peaks.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "bench/onednn/thread_clock.h"

namespace bench {
namespace {

// A burst runs kRounds rounds of 24 multiply-adds on 12 independent registers: more than latency
// times ports of any current core, so that only the number of ports and their width matter.
constexpr long kRounds = 20000;
constexpr int kChains = 24;

using Burst = float (*)();

#if defined(__x86_64__)

// Written in assembly, so that no compiler option changes what is measured.
#define CHAIN(op, reg) op " %%" reg "12, %%" reg "13, %%" reg
#define TWELVE(op, reg) \
  CHAIN(op, reg) "0\n" CHAIN(op, reg) "1\n" CHAIN(op, reg) "2\n" CHAIN(op, reg) "3\n"            \
  CHAIN(op, reg) "4\n" CHAIN(op, reg) "5\n" CHAIN(op, reg) "6\n" CHAIN(op, reg) "7\n"            \
  CHAIN(op, reg) "8\n" CHAIN(op, reg) "9\n" CHAIN(op, reg) "10\n" CHAIN(op, reg) "11\n"
#define CLOBBERS                                                                                 \
  "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
      "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"
// Twelve chains twice, `rounds` times over.
#define BURST(twelve)                                                        \
  asm volatile("vzeroall\n1:\n" twelve twelve "dec %0\njnz 1b\nvzeroupper\n" \
               : "+r"(rounds)                                                \
               :                                                             \
               : CLOBBERS)

float zmm_burst() {
  long rounds = kRounds;
  BURST(TWELVE("vfmadd231ps", "zmm"));
  return 16;
}

float ymm_burst() {
  long rounds = kRounds;
  BURST(TWELVE("vfmadd231ps", "ymm"));
  return 8;
}

float dot_burst() {
  long rounds = kRounds;
  BURST(TWELVE("vpdpbusd", "zmm"));
  return 64;
}

// clang-format off
// Mismatches of two registers, added up in twelve others. The compiler, for which there is nothing
// beyond register 15, need not be told of those.
#define MISMATCHES(reg, sum, work)                       \
  "vpxord %%" reg "12, %%" reg "13, %%" reg work "\n"    \
  "vpopcntd %%" reg work ", %%" reg work "\n"            \
  "vpaddd %%" reg work ", %%" reg sum ", %%" reg sum "\n"
#define TWELVE_MISMATCHES(reg)                           \
  MISMATCHES(reg, "0", "16") MISMATCHES(reg, "1", "17")  \
  MISMATCHES(reg, "2", "18") MISMATCHES(reg, "3", "19")  \
  MISMATCHES(reg, "4", "20") MISMATCHES(reg, "5", "21")  \
  MISMATCHES(reg, "6", "22") MISMATCHES(reg, "7", "23")  \
  MISMATCHES(reg, "8", "24") MISMATCHES(reg, "9", "25")  \
  MISMATCHES(reg, "10", "26") MISMATCHES(reg, "11", "27")
// clang-format on

float xnor_zmm_burst() {
  long rounds = kRounds;
  BURST(TWELVE_MISMATCHES("zmm"));
  return 512;
}

float xnor_ymm_burst() {
  long rounds = kRounds;
  BURST(TWELVE_MISMATCHES("ymm"));
  return 256;
}

// clang-format off
#define WORD(sum, work)                     \
  "mov %%r8, %%" work "\n"                  \
  "xor %%r9, %%" work "\n"                  \
  "popcnt %%" work ", %%" work "\n"         \
  "add %%" work ", %%" sum "\n"
#define FOUR_WORDS WORD("rax", "r10") WORD("rcx", "r11") WORD("rdx", "r12") WORD("rsi", "r13")
// clang-format on

float xnor_word_burst() {
  long rounds = kRounds;
  asm volatile("1:\n" FOUR_WORDS FOUR_WORDS FOUR_WORDS FOUR_WORDS FOUR_WORDS FOUR_WORDS
               "dec %0\njnz 1b\n"
               : "+r"(rounds)
               :
               : "cc", "rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13");
  return 64;
}

#undef WORD
#undef FOUR_WORDS
#undef MISMATCHES
#undef TWELVE_MISMATCHES
#undef CHAIN
#undef TWELVE
#undef BURST
#undef CLOBBERS

#endif

// Whatever four-wide multiplication and addition the compiler's target has.
float portable_burst() {
  typedef float Four __attribute__((vector_size(16)));
  Four sums[12] = {};
  const Four factor = {0.5f, 0.5f, 0.5f, 0.5f};
  for (long round = 0; round < kRounds; ++round) {
#pragma GCC unroll 24
    for (int chain = 0; chain < kChains; ++chain) {
      sums[chain % 12] = sums[chain % 12] * factor + factor;
    }
  }
  Four total = sums[0];
  for (const Four& sum : sums) total += sum;
  volatile float used = total[0];
  static_cast<void>(used);
  return 4;
}

// The upper quartile of all bursts: the best ones alone are the ones whose time was taken wrongly
// when the thread was put off its core.
double burst_gflops(Burst burst, double seconds) {
  std::vector<double> gflops;
  const double end = thread_seconds() + seconds;
  for (double now = thread_seconds(); now < end;) {
    const double width = static_cast<double>(burst());
    const double after = thread_seconds();
    gflops.push_back(2.0 * width * kChains * kRounds / (after - now) * 1e-9);
    now = after;
  }
  const auto quartile = gflops.begin() + static_cast<std::ptrdiff_t>(gflops.size() * 3 / 4);
  std::nth_element(gflops.begin(), quartile, gflops.end());
  return *quartile;
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Peak measure_fma_peak(double seconds) {
#if defined(__x86_64__)
  Peak best;
  if (__builtin_cpu_supports("avx512f")) best = {burst_gflops(zmm_burst, seconds / 2), "zmm"};
  if (__builtin_cpu_supports("fma")) {
    const double ymm = burst_gflops(ymm_burst, seconds / 2);
    if (ymm > best.gflops) best = {ymm, "ymm"};
  }
  if (best.gflops > 0) return best;
#endif
  return {burst_gflops(portable_burst, seconds), "portable"};
}

Peak measure_dot_peak(double seconds) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vnni")) return {burst_gflops(dot_burst, seconds), "zmm"};
#else
  static_cast<void>(seconds);
#endif
  return {};
}

Peak measure_xnor_peak(double seconds) {
  Peak best;
#if defined(__x86_64__)
  const auto attempt = [&](bool possible, Burst burst, const char* kernel) {
    const double gops = possible ? burst_gflops(burst, seconds / 3) : 0;
    if (gops > best.gflops) best = {gops, kernel};
  };
  const bool counts = __builtin_cpu_supports("avx512vpopcntdq") != 0;
  attempt(counts, xnor_zmm_burst, "zmm");
  attempt(counts && __builtin_cpu_supports("avx512vl"), xnor_ymm_burst, "ymm");
  attempt(__builtin_cpu_supports("popcnt"), xnor_word_burst, "64-bit words");
#else
  static_cast<void>(seconds);
#endif
  return best;
}

std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace bench
