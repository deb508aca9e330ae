#pragma once
// What every backend must compute as evaluate() does: small graphs over every op, with the shapes
// that kernels get wrong (one channel, channels beside multiples of 16, odd sizes, uneven padding),
// and the patterns that backends fuse. A backend's test, in the tree or out of it:
//
//     for (const ConformanceCase& c : conformance_cases(1)) {
//       const Tensor input = conformance_input(c, 2);
//       const auto wanted = evaluate(c.graph, input), got = (run the backend on c.graph)
//       CHECK(relative_error(got[i], wanted[i]) < 1e-4);  // name the case: c.name
//     }

#include <cstdint>
#include <string>
#include <vector>

#include "models/graph.h"

namespace bench {

struct ConformanceCase {
  std::string name;  ///< "Conv2d: 3->8 3x3 stride 2x1 ... on 1x3x9x7", "pattern: conv read twice"
  Graph graph;       ///< valid; batch and spatial sizes open where the ops allow it
  Shape input;       ///< a shape to run
};

/// The same list for the same seed, which draws weights and some of the shapes.
std::vector<ConformanceCase> conformance_cases(std::uint64_t seed);

/// Graphs with grids on edges, weights and biases. A float backend computes them as evaluate() does
/// on without_grids(graph); one that honours grids, as evaluate() does on the graph itself.
std::vector<ConformanceCase> quantized_conformance_cases(std::uint64_t seed);

/// The graphs of conformance_cases and a few more with grids wherever integer arithmetic wants
/// them, of 2 to 8 bits, signed and not, with zero points, per channel: what a backend that
/// computes in integers runs as evaluate(lower(graph)) does. Those called "mixed: ..." are in float
/// in parts.
std::vector<ConformanceCase> integer_conformance_cases(std::uint64_t seed);

/// Graphs with binary layers (grids of -1 and +1, models/grid.h) and what stands between them. What
/// a sum is multiplied by is a power of two, so that every float is exact up to the first batch
/// norm, wherever the name does not say "any scale", "real input" or "mean".
std::vector<ConformanceCase> binary_conformance_cases(std::uint64_t seed);

/// Values in [-1, 1).
Tensor conformance_input(const ConformanceCase& c, std::uint64_t seed);

/// The largest |got - wanted| over the largest |wanted| (1 if all wanted are 0). Infinity where the
/// shapes differ or a number is not finite on one side only.
double relative_error(const Tensor& got, const Tensor& wanted);

/// How many elements of `got` are not what the grid makes of `unrounded`: of that value, or of one
/// up to `near` steps beside it. That is all a backend may differ by whose sums are rounded
/// otherwise: the neighbouring number of the grid, next to a tie. REQUIRES equal shapes and one
/// scale.
std::size_t count_misplaced(const Grid& grid, const Tensor& got, const Tensor& unrounded,
                            double near = 1e-4);

}  // namespace bench
