#pragma once
// A network run by a backend with every value on the way shown: what calibration and the
// explanation of a network's errors look at. The program is compiled with every node as an output,
// so that nothing is fused away.

#include "bench/backend.h"
#include "models/passes/calibrate.h"

namespace bench {

/// As evaluate_showing, computed by `backend`, which compiles the graph anew at every call: for
/// graphs that change between calls. A backend that looks through grids shows the same value before
/// and after one.
RunShowing run_showing(const Backend& backend);

/// The same, compiled once, for many inputs. The function may be called by several threads, and
/// REQUIRES to be called with `graph` only, which may be gone by then: a copy of it was compiled.
RunShowing run_showing(const Backend& backend, const Graph& graph);

}  // namespace bench
