#pragma once
// Mean and deviation of every tensor of a network, channel by channel, without data: from batch
// norms, through what lies behind them.

#include <optional>
#include <vector>

#include "models/passes/batch_statistics.h"

namespace bench {

struct Moments {
  double mean = 0, deviation = 0;
};

/// Of min(max(x, low), high) for a normal x. `high` may be infinite. Source: Nagel et al. 2019
/// (arXiv 1906.04721), appendix C.
Moments clipped_normal(const Moments& x, double low, double high);

/// Per node, or nothing where it cannot be told. Layers are as `statistics` says; what stands
/// behind is taken for normal again, terms of a sum for independent. Averaging and resampling keep
/// both moments, although they lessen the deviation; a maximum over pixels is not told. `image`:
/// those of the Input, if known. REQUIRES validate(graph).
std::vector<std::optional<ChannelStatistics>> channel_moments(
    const Graph& graph, const BatchStatistics& statistics,
    const std::optional<ChannelStatistics>& image = std::nullopt);

}  // namespace bench
