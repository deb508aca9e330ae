#include "models/conformance.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/conformance_list.h"

namespace bench {
namespace conformance {

Shape opened(Shape shape) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != 1) shape[i] = -1;
  }
  return shape;
}

void List::single(const std::string& name, Op op, Shape input) {
  Graph graph;
  graph.add("image", Input{opened(input)});
  std::string title = std::string(name_of(op)) + ": " + name + " on " + to_string(input);
  graph.outputs = {{"result", graph.add("node", std::move(op), {0})}};
  add(title, std::move(graph), std::move(input));
}

}  // namespace conformance

std::vector<ConformanceCase> conformance_cases(std::uint64_t seed) {
  conformance::List list(seed);
  add_convolutions(list);
  add_spatial(list);
  add_elementwise(list);
  add_regions(list);
  add_movement(list);
  add_patterns(list);
  return std::move(list.cases);
}

Tensor conformance_input(const ConformanceCase& c, std::uint64_t seed) {
  return Random(seed).tensor(c.input, -1, 1);
}

double relative_error(const Tensor& got, const Tensor& wanted) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (got.shape() != wanted.shape()) return infinity;
  const auto a = got.data<float>(), b = wanted.data<float>();
  double error = 0, scale = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    if (same && !std::isfinite(b[i])) continue;
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return infinity;
    error = std::max(error, std::abs(double{a[i]} - b[i]));
    scale = std::max(scale, std::abs(double{b[i]}));
  }
  return scale > 0 ? error / scale : error;
}

std::size_t count_misplaced(const Grid& grid, const Tensor& got, const Tensor& unrounded,
                            double near) {
  const auto values = got.data<float>(), before = unrounded.data<float>();
  const auto reach = static_cast<float>(near * double{grid.scale[0]});
  const auto placed = [&](float x) { return dequantize(grid, quantize(grid, x)); };
  std::size_t misplaced = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float x = before[i];
    const bool fits =
        values[i] == placed(x) || values[i] == placed(x - reach) || values[i] == placed(x + reach);
    misplaced += fits ? 0 : 1;
  }
  return misplaced;
}

}  // namespace bench
