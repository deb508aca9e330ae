#pragma once
// How fast one core can multiply and add, measured: what speeds are shares of.

#include <string>
#include <vector>

namespace bench {

struct Peak {
  double gflops = 0;   ///< one thread; a multiplication and its addition are two operations
  std::string kernel;  ///< "zmm", "ymm", "portable", ...: the widest that reached it
};

/// The upper quartile of many short bursts of independent multiply-adds, over about `seconds` of
/// CPU time.
Peak measure_fma_peak(double seconds = 0.05);

/// The same for u8 x s8 dot products into 32 bits (VNNI), a multiply-add counted as two operations;
/// 0 where the processor has none.
Peak measure_dot_peak(double seconds = 0.05);

/// The same for binary products: XOR, popcount and addition of independent registers, each bit
/// counted as two operations. The widest of zmm, ymm (VPOPCNTDQ) and 64-bit words that reached it;
/// 0 where the processor has none.
Peak measure_xnor_peak(double seconds = 0.05);

/// The middle one; of an even number the higher of the two. REQUIRES at least one.
double median(std::vector<double> values);

/// The processor's name as the operating system gives it.
std::string cpu_name();

}  // namespace bench
