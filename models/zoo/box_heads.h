#pragma once
// How the networks with prior boxes give what their heads say, one row for each box.

#include <string>
#include <vector>

#include "models/zoo/untrained.h"

namespace bench {

/// The map added last, N x (anchors * numbers) x H x W, as N x (H W anchors) x numbers: pixel by
/// pixel in row order, the anchors of each together. "NAME.rows", "NAME.flat".
NodeId flatten_head(Untrained& net, const std::string& name, int numbers);

/// All levels after another: N x (all anchors) x numbers.
NodeId join_heads(Untrained& net, const std::string& name, std::vector<NodeId> levels);

}  // namespace bench
