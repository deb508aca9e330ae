#pragma once
// Tests of whether a change is more than chance, as pure functions of counts and values; all are
// two-sided. What they have in common: if nothing has changed, p <= alpha happens with probability
// alpha at most (Mann-Whitney on long lists: about alpha).

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace bench {

/// Exact: of lost + gained images whose count changed, how likely is a split at least as uneven, if
/// losing and gaining are equally likely? 1 if none changed.
/// Source: McNemar, Psychometrika 12 (1947), with the binomial distribution in place of chi-square.
double mcnemar(std::int64_t lost, std::int64_t gained);

/// The same for another question: how likely are counts at least as far from a true loss (share
/// lost
/// - share gained) of `true_loss`? The score test, whose deviation is that of the shares most
/// likely under this loss; it is not exact, but a deviation taken from the counts themselves would
/// be 0 where nothing was gained or lost. REQUIRES 0 <= true_loss < 1, images > 0.
/// Source: Tango, Statistics in Medicine 17 (1998) 891, equation 2.4.
double tango(std::int64_t lost, std::int64_t gained, std::int64_t images, double true_loss);

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

/// The middle value, of an even number the mean of the middle two. REQUIRES at least one, no NaN.
double median_of(std::vector<double> values);

/// The z below which a standard normal variable lies with probability `p`, 0 < p < 1.
double normal_quantile(double p);
/// ... and that probability.
double normal_probability(double z);

/// The probability that `found` holds of the counts of lost and gained images, where each of
/// `images` is lost with probability `lost` and gained with probability `gained`. Exact. REQUIRES a
/// `found` that holds of (lost + 1, gained) and of (lost + 1, gained - 1) wherever it holds of
/// (lost, gained), and never where fewer are lost than gained.
double counts_power(std::int64_t images, double lost, double gained,
                    const std::function<bool(std::int64_t lost, std::int64_t gained)>& found);

}  // namespace bench
