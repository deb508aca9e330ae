#pragma once
// Average precision of one class over many images, by both of VOC's definitions in one pass.

#include <cstdint>
#include <span>
#include <vector>

namespace bench {

struct AveragePrecision {
  double eleven_point = 0, area = 0;
  std::uint64_t positives = 0;
};

/// What AP depends on: in which images the hits and misses lie, by rank.
struct Ranking {
  std::vector<std::uint32_t> hits;         ///< image of each hit
  std::vector<std::size_t> misses_before;  ///< how many misses rank before each hit
  std::vector<std::uint32_t> misses;       ///< image of each miss
  std::size_t ignored = 0;                 ///< detections that are neither
  std::vector<std::uint32_t> positives;    ///< image of each object to be found
};

/// With image i counted counts[i] times (once each: the figure itself; else a bootstrap replicate).
///
/// With r and p recall and precision after each detection:
///   eleven_point = sum over t = 0, 0.1 .. 1 of max(p where r >= t) / 11, no such point giving 0
///   area         = sum of recall steps times the largest p at this or any greater recall
/// As in the devkit, 0/0 is NaN: area is NaN without objects; eleven_point is NaN where there are
/// detections but all are ignored. Source: VOCap.m, VOCevaldet.m (VOC2012), VOC2007 for 11 points.
AveragePrecision average_precision(const Ranking& ranking, std::span<const std::uint32_t> counts);

}  // namespace bench
