#pragma once
// Which channels of a convolution are read as 0 by whoever reads them; see prune.h.

#include <memory>
#include <string>
#include <vector>

#include "models/graph.h"
#include "models/passes/channel_maxima.h"

namespace bench {

/// Per channel: whether it goes.
using ChannelMask = std::vector<bool>;

/// Not a layer with groups, but one for each channel.
bool is_depthwise(const Conv2d& conv);

/// Looks at one graph, which must outlive it, as `maxima` must.
class DeadChannelSearch {
 public:
  DeadChannelSearch(const Graph& graph, const ChannelMaxima& maxima);

  /// The channels of this convolution that may go, not all of them. Empty, and `why` set, if none
  /// ever may. Throws Error{missing} naming the node of which `maxima` says nothing.
  ChannelMask removable(NodeId layer, std::string& why) const;

 private:
  enum class Way;

  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  const std::vector<float>& maxima_of(NodeId id) const;
  std::size_t channels_of(NodeId id) const { return maxima_of(id).size(); }
  std::size_t rank_of(NodeId id) const { return ranks_[static_cast<std::size_t>(id)]; }

  std::string follow(NodeId id, std::size_t first, std::size_t run, ChannelMask& mask) const;
  std::string follow_through(NodeId reader, std::size_t from, std::size_t first, std::size_t run,
                             ChannelMask& mask) const;
  void keep_what_is_not_0(NodeId id, std::size_t first, std::size_t run, ChannelMask& mask) const;
  bool has_one_channel(NodeId id, std::size_t rank) const;
  friend struct WayThrough;

  const Graph& graph_;
  const ChannelMaxima& maxima_;
  std::vector<std::size_t> ranks_;
  std::vector<std::vector<NodeId>> readers_;  // of each node
};

}  // namespace bench
