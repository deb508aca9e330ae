#pragma once
// How a layer's results are distributed, as its batch norm says: with mean beta and deviation
// |gamma| per channel. Folding loses it, so it is read before and carried beside the graph.

#include <map>
#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

struct ChannelStatistics {
  std::vector<double> mean, deviation;  ///< one per output channel
};

/// By the name of the Conv2d or Linear, for the result it gives once its batch norm is folded.
using BatchStatistics = std::map<std::string, ChannelStatistics>;

/// Of a graph whose batch norms are not folded yet. A layer has statistics if a BatchNorm alone
/// reads it, unless arithmetic with a constant follows, which folding would take in as well.
/// REQUIRES validate(graph).
BatchStatistics batch_statistics(const Graph& graph);

}  // namespace bench
