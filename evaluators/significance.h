#pragma once
// Tests of whether a change is more than chance, as pure functions of counts and values; all are
// two-sided. What they have in common: if nothing has changed, p <= alpha happens with probability
// alpha at most (Mann-Whitney on long lists: about alpha).

#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// Exact: of lost + gained images whose count changed, how likely is a split at least as uneven, if
/// losing and gaining are equally likely? 1 if none changed.
/// Source: McNemar, Psychometrika 12 (1947), with the binomial distribution in place of chi-square.
double mcnemar(std::int64_t lost, std::int64_t gained);

/// Whether values of one list tend to be larger than those of the other: the sum of their ranks
/// among all values, equal values sharing the mean of their ranks. Exact (all ways of dealing the
/// ranks out) for up to 20 values in each list; beyond, normal with the variance corrected for
/// ties. 1 if a list is empty. REQUIRES no NaN.
/// Source: Mann and Whitney, Annals of Mathematical Statistics 18 (1947).
double mann_whitney(std::span<const double> before, std::span<const double> after);

/// p-values corrected for there being several, in the order given: none of the hypotheses whose
/// corrected p <= alpha is true, but with probability alpha. NaN (no test) stays NaN and counts
/// not. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
std::vector<double> holm(std::span<const double> p);

/// The z below which a standard normal variable lies with probability `p`, 0 < p < 1.
double normal_quantile(double p);
/// ... and that probability.
double normal_probability(double z);

/// The probability that mcnemar() finds p <= alpha, and more images lost than gained, where a share
/// `lost` of `images` is lost and a share `gained` is gained on average. By normal distributions
/// where more than 400 are expected to change.
double mcnemar_power(std::int64_t images, double lost, double gained, double alpha);

}  // namespace bench
