#pragma once
// The modes of models/requantize.h over many sums: plain loops that a compiler turns into vectors,
// built for several instruction sets and chosen when the program starts. Same integers as the
// definitions, on every one. For requantize.cpp.
//
// In all of them: one multiplier for the whole span, or one per element; REQUIRES results, and the
// multipliers where there are many, to be as long as sums.

#include <cstdint>
#include <span>

#include "models/requantize.h"

namespace bench::loops {

using Sums = std::span<const std::int32_t>;
using Integers = std::span<const std::int32_t>;
using Results = std::span<std::int32_t>;

void fixed_point(Sums sums, FixedMultiplier multiplier, const TargetRange& target, Results results);
void fixed_point(Sums sums, Integers mantissas, Integers shifts, const TargetRange& target,
                 Results results);

void tflite(Sums sums, FixedMultiplier multiplier, const TargetRange& target, Results results);
void tflite(Sums sums, Integers mantissas, Integers shifts, const TargetRange& target,
            Results results);

void float_scale(Sums sums, float scale, const TargetRange& target, Results results);
void float_scale(Sums sums, std::span<const float> scales, const TargetRange& target,
                 Results results);

}  // namespace bench::loops
