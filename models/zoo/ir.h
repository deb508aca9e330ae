#pragma once
// Embeddings of faces by improved residual units (Deng et al., ArcFace, 2019, section 3.2.2, "IR"):
// batch norm first, PReLU, no activation behind the sum. IR-50 as document 2 and face.evoLVe have
// it (43,574,976 parameters); IR-18 with 2, 2, 2, 2 units (24,017,536).

#include "models/zoo/untrained.h"

namespace bench {

/// Image N x 3 x 112 x 112, output "embedding" N x 512, but as `build` has it.
Graph ir_50(const Build& build);
Graph ir_18(const Build& build);

}  // namespace bench
