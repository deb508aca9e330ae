#pragma once
// A training written down, so that it can go on later as if it had never stopped.

#include "bench/train/optimizer.h"
#include "bench/train/trainable_graph.h"
#include "models/formats/safetensors.h"

namespace bench {

/// "parameter/NODE.weight", ...; "grid/NODE.weight.scale" (and zero_point, offset) of grids that
/// are not dynamic; "optimizer/0", ...; and the notes, such as how many steps were made: to be
/// written as safetensors.
NamedTensors checkpoint(const TrainableGraph& net, const Optimizer& optimizer,
                        std::map<std::string, std::string> notes);

/// Puts all that into a net of the same graph and its optimizer; what the grids are beside their
/// ranges (bits, axis, rounding), and what is frozen, is not in the file. Throws Error{bad_data}
/// naming a tensor that does not fit or is not there; then neither may be used any further.
void resume(const NamedTensors& saved, TrainableGraph& net, Optimizer& optimizer);

}  // namespace bench
