#include "reports/comparison/shown_flips.h"

#include <algorithm>
#include <cmath>

namespace bench::comparing {

bool is_nothing(double effect) { return std::abs(effect) < 1e-12; }

ShownFlips shown_flips(const std::vector<Flip>& flips, std::size_t most) {
  ShownFlips shown;
  for (const Flip& flip : flips) {
    const bool nothing = is_nothing(flip.effect);
    shown.losses += !nothing && flip.effect < 0;
    shown.gains += !nothing && flip.effect > 0;
    shown.others += nothing;
  }
  const std::size_t half = most / 2;
  const std::size_t first =
      std::min(shown.losses, std::max(most - std::min(shown.gains, half), half));
  const std::size_t last = std::min(shown.gains, most - first);
  const std::size_t rest = std::min(shown.others, most - first - last);
  const auto add = [&](std::size_t from, std::size_t n) {
    const auto begin = flips.begin() + static_cast<std::ptrdiff_t>(from);
    shown.list.insert(shown.list.end(), begin, begin + static_cast<std::ptrdiff_t>(n));
  };
  add(0, first);
  add(flips.size() - last, last);
  add(shown.losses, rest);
  return shown;
}

}  // namespace bench::comparing
