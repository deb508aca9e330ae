#include "evaluators/bootstrap.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace bench {
namespace {

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The state SplitMix64 starts from; mixed twice, so that neighbouring seeds and streams have
/// nothing in common.
std::uint64_t start(std::uint64_t seed, std::uint64_t stream) {
  return mix(mix(seed + golden_gamma) + (stream + 1) * golden_gamma);
}

double percentile(const std::vector<double>& sorted, double fraction) {
  const double at = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::uint64_t random_bits(std::uint64_t seed, std::uint64_t stream, std::uint64_t counter) {
  return mix(start(seed, stream) + (counter + 1) * golden_gamma);
}

void resample(std::span<std::uint32_t> counts, std::uint64_t replicate, std::uint64_t seed) {
  assert(counts.size() < (std::uint64_t{1} << 32));
  std::fill(counts.begin(), counts.end(), 0u);
  std::uint64_t state = start(seed, replicate);
  for (std::size_t draw = 0; draw < counts.size(); ++draw) {
    state += golden_gamma;
    // The upper 32 bits as a fraction of 2^32, times n: uniform to within n / 2^32.
    ++counts[((mix(state) >> 32) * counts.size()) >> 32];
  }
}

std::optional<Interval> interval95(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return Interval{percentile(values, 0.025), percentile(values, 0.975)};
}

double deviation(std::span<const double> values) {
  if (values.empty()) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / n);
}

double percentile_p(std::span<const double> ascending, double at) {
  constexpr double rounding = 1e-12;  // sums of the same numbers in another order differ by less
  const auto low = std::ranges::upper_bound(ascending, at + rounding) - ascending.begin();
  const auto high = ascending.end() - std::ranges::lower_bound(ascending, at - rounding);
  return std::min(1.0, 2 * static_cast<double>(1 + std::min(low, high)) /
                           static_cast<double>(1 + std::ssize(ascending)));
}

std::vector<std::vector<double>> bootstrap_values(std::size_t items, std::size_t statistics,
                                                  const Bootstrap& bootstrap,
                                                  const Statistics& compute) {
  return bootstrap_values(std::span(&items, 1), statistics, bootstrap, compute);
}

std::vector<std::vector<double>> bootstrap_values(std::span<const std::size_t> group_sizes,
                                                  std::size_t statistics,
                                                  const Bootstrap& bootstrap,
                                                  const Statistics& compute) {
  std::vector<std::vector<double>> values(statistics);
  std::vector<std::uint32_t> counts(
      std::accumulate(group_sizes.begin(), group_sizes.end(), std::size_t{0}));
  std::uint64_t stream = 0;
  for (int replicate = 0; !counts.empty() && replicate < bootstrap.replicates; ++replicate) {
    std::span<std::uint32_t> rest(counts);
    for (const std::size_t size : group_sizes) {
      resample(rest.first(size), stream++, bootstrap.seed);
      rest = rest.subspan(size);
    }
    const std::vector<double> drawn = compute(counts);
    assert(drawn.size() == statistics);
    for (std::size_t k = 0; k < statistics; ++k) values[k].push_back(drawn[k]);
  }
  return values;
}

}  // namespace bench
