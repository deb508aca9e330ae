#pragma once
// What is asked of a network of the zoo beside its architecture.

#include <algorithm>
#include <cstdint>

#include "models/graph.h"

namespace bench {

enum class Parameters {
  floats,
  /// Weights are numbers of 8 bits per channel, biases of 32; batch norm has gone into both; every
  /// tensor between layers is on a grid of 8 bits.
  numbers,
};

/// As published, where nothing else is said.
struct Build {
  std::uint64_t seed = 1;
  Parameters parameters = Parameters::floats;
  double width = 1;  ///< times the channels of every layer but the last
  Pair image{0, 0};  ///< height and width of the input, pixels; 0: as published
  int classes = 0;   ///< of the last layer, with the background where the network has one;
                     ///< features of an embedding; 0: as published
};

/// Any number of colour images, of the size asked for or of `published` x `published` pixels.
inline Shape image_of(const Build& build, int published) {
  if (build.image.h == 0) return {-1, 3, published, published};
  return {-1, 3, build.image.h, build.image.w};
}

inline int classes_of(const Build& build, int published) {
  return build.classes > 0 ? build.classes : published;
}

/// That many channels at this width: at least 1, fractions cut off.
inline int channels_of(const Build& build, int published) {
  return std::max(1, static_cast<int>(published * build.width));
}

}  // namespace bench
