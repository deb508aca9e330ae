#pragma once
// To be included before any of Highway's headers, in .cpp files with kernels only:
//
//   #include "bench/backends/one_bit/dispatch.h"
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "bench/backends/one_bit/my_kernels.cpp"
//   #include <hwy/foreach_target.h>
//   #include <hwy/highway.h>
//   HWY_BEFORE_NAMESPACE();
//   namespace bench::one_bit::HWY_NAMESPACE {
//   void add(const float* a, ...) { ... }
//   }
//   HWY_AFTER_NAMESPACE();
//   #if HWY_ONCE
//   namespace bench::one_bit {
//   HWY_EXPORT(add);
//   void add(const float* a, ..., Target target) { BENCH_DISPATCH(add, target)(a, ...); }
//   }
//   #endif
//
// `target` is one of targets(), best_target() if nothing else is wanted.

#include "bench/backends/one_bit/targets.h"

#define HWY_WANT_AVX3_DL                // which Highway leaves out by itself
#define HWY_DISABLED_TARGETS HWY_SSSE3  // no processor stops there

/// The version for a target of a function that HWY_EXPORT knows.
#define BENCH_DISPATCH(function, target) \
  (*HWY_DISPATCH_TABLE(function)[bench::one_bit::dispatch_index(target)])
