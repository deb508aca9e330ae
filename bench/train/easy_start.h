#pragma once
// A start from which deep narrow networks learn within hundreds of steps.

#include "models/graph.h"

namespace bench {

/// An untrained network made nearly linear, so that what its layers are shown still tells images
/// apart many layers on, as residual sums do for those that have them: batch norms in front of an
/// activation get beta 1, so that most values pass it, and depthwise kernels with a middle become
/// four parts of the identity and one of what they were.
Graph easy_start(Graph untrained);

}  // namespace bench
