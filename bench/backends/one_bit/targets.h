#pragma once
// The instruction sets that this folder's kernels are compiled for (Highway's targets) and which of
// them may run here. Integers are equal on all; they differ in speed.
//
// A file of kernels starts with `dispatch.h`, which says how it gets at one of its versions.

#include <cstdint>
#include <span>
#include <string_view>

namespace bench::one_bit {

/// Highway's number of an instruction set: HWY_AVX3_DL, ...
using Target = std::int64_t;

/// Those of this processor, best first, as far as the environment variable ONEDNN_MAX_CPU_ISA
/// (oneDNN's names) permits; a name it does not know is no limit. The last one is always there: one
/// number at a time.
std::span<const Target> targets();

/// The first of them.
inline Target best_target() { return targets().front(); }

/// "AVX3_DL" (AVX-512 with VPOPCNTDQ), "AVX3", "AVX2", "SSE4", "SCALAR".
std::string_view name_of(Target target);

/// REQUIRES one of targets(): where its version stands in the tables HWY_EXPORT makes.
std::size_t dispatch_index(Target target);

}  // namespace bench::one_bit
