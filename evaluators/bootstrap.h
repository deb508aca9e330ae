#pragma once
// Percentile bootstrap with its own random numbers, so that an interval has the same bits on every
// platform and for every order in which answers came. Items are counted off in the order of their
// sorted ids: callers sort first.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "evaluators/evaluator.h"

namespace bench {

/// 64 random bits that depend on nothing but the three numbers.
/// Source: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), whose state is a counter.
std::uint64_t random_bits(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter);

/// Draws counts.size() items with replacement; counts[i] becomes how often item i was drawn.
/// REQUIRES fewer than 2^32 items.
void resample(std::span<std::uint32_t> counts, std::uint64_t replicate, std::uint64_t seed);

/// The central 95 % of `values`, linear between order statistics (as numpy.percentile does); NaN
/// values are left out. Nothing if none remains.
std::optional<Interval> interval95(std::vector<double> values);

/// Two-sided p of the true value being `at`, from a figure's replicates in ascending order: twice
/// the share of them on the rarer side of `at`, those equal to it counted on both, the figure
/// itself as one more, so that it is never 0. 1 if there are none. Source: Davison and Hinkley,
/// Bootstrap Methods and their Application (1997), sections 4.2, 5.3.
double percentile_p(std::span<const double> ascending, double at);

/// Root of the mean square distance from the mean; 0 of no values.
double deviation(std::span<const double> values);

/// Several statistics of the same drawn items, in a fixed order; counts[i] says how often item i
/// was drawn.
using Statistics = std::function<std::vector<double>(std::span<const std::uint32_t> counts)>;

/// Each statistic's value in every replicate; none if there are no items. Replicate k draws the
/// same items for everyone who asks with as many items and the same seed: differences between two
/// judged sets of the same images may be taken replicate by replicate.
std::vector<std::vector<double>> bootstrap_values(std::size_t items, std::size_t statistics,
                                                  const Bootstrap& bootstrap,
                                                  const Statistics& compute);

/// The same where items come in groups, one after the other, and are drawn within their group.
std::vector<std::vector<double>> bootstrap_values(std::span<const std::size_t> group_sizes,
                                                  std::size_t statistics,
                                                  const Bootstrap& bootstrap,
                                                  const Statistics& compute);

}  // namespace bench
