#pragma once
// What every image adds to an evaluator's figures, as plain numbers: all that is needed to take the
// figures again with images counted any number of times, or to compare two runs image by image. It
// needs neither the answers nor the data set, and is far smaller than the answers.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "evaluators/bootstrap.h"

namespace bench {

struct Tally {
  std::string evaluator, protocol;        ///< by name; what the numbers below mean is theirs
  std::vector<std::string> names;         ///< of classes, or of figures
  std::vector<std::string> items;         ///< ids of images, or pairs of them; group after group
  std::vector<std::size_t> groups;        ///< how many items each holds: they are drawn within them
  std::size_t width = 1;                  ///< numbers in a row
  std::vector<std::vector<double>> rows;  ///< by item: any number of rows, one after another

  friend bool operator==(const Tally&, const Tally&) = default;
};

/// The figures of a tally. Its functions may be called by several threads.
struct TallyFigures {
  std::vector<std::string> names;
  Statistics values;  ///< item i counted counts[i] times; refers to the tally
  /// By figure: whether each item is right, where the figure is the share (or the mean over groups
  /// of the share) of right items; else empty.
  std::vector<std::vector<std::uint8_t>> right;
  /// Whether an item is right by its own numbers alone. If not, because thresholds are chosen on the
  /// others, counts of right items scatter more than those of independent ones.
  bool independent = true;
};

/// REQUIRES the tally to outlive the result. Throws Error{bad_data} if it is none of an evaluator
/// here, or its numbers are not.
TallyFigures figures_of(const Tally& tally);

/// A number in a row that counts something or says which one. Throws Error{bad_data} unless it is
/// whole, from 0 to 2^31 - 1.
std::uint32_t whole(const Tally& tally, double number);

/// Item i of `first` as item 2i, that of `second` as item 2i + 1. REQUIRES the same items.
Tally interleaved(const Tally& first, const Tally& second);

}  // namespace bench
