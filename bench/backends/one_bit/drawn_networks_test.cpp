// Networks drawn at random: 1-bit against the simulation, and both against evaluate(), bit for bit.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "bench/backend.h"
#include "bench/backends/one_bit/drawn_network.h"
#include "bench/onednn/onednn.h"
#include "models/passes/layers.h"
#include "models/reference.h"

namespace bench::one_bit {
namespace {

std::size_t count_differences(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return count(a.shape()) + 1;
  const auto x = a.data<float>(), y = b.data<float>();
  std::size_t differences = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    differences += x[i] != y[i] && !(std::isnan(x[i]) && std::isnan(y[i]));
  }
  return differences;
}

std::string text_of(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += node.name + " = " + std::string(name_of(node.op));
    if (weight_of(node.op)) text += weight_grid_of(node.op) ? " of signs" : " of floats";
    for (const NodeId id : node.inputs)
      text += " " + graph.nodes[static_cast<std::size_t>(id)].name;
    text += "\n";
  }
  for (const Output& output : graph.outputs) text += output.name + "\n";
  return text;
}

// Eighths from -1 to 1, zeros among them.
Tensor drawn_input(Random& random, const Shape& shape) {
  Tensor input(shape);
  for (float& x : input.data<float>()) x = static_cast<float>(random.integer(-8, 8)) / 8;
  return input;
}

// Whether the network takes an input of that shape, and has no empty tensors then.
bool fits(const Graph& graph, const Shape& input) {
  try {
    return std::ranges::all_of(infer_shapes(graph, input),
                               [](const Shape& shape) { return count(shape) > 0; });
  } catch (const Error&) {
    return false;
  }
}

void check(const DrawnNetwork& drawn, Session& simulation, Session& session, const Tensor& input) {
  const auto wanted = simulation.run(input), got = session.run(input);
  const auto judge = evaluate(drawn.graph, input);
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(drawn.graph.outputs[i].name, input.shape());
    CHECK(count_differences(got[i], wanted[i]) == 0);
    if (drawn.certain[i]) CHECK(count_differences(wanted[i], judge[i]) == 0);
  }
}

// Networks may be refused, naming a node: by oneDNN, or where what was decided for the first size
// doesn't hold for another.
void check(const DrawnNetwork& drawn, const CompileOptions& options, Random& random) {
  const auto simulation = find_backend("fake-quant").compile(drawn.graph, {});
  const auto simulated = simulation->open_session();
  Shape larger = drawn.input;  // in batch or not
  larger[0] = 4 - larger[0], larger[2] += 3, larger[3] += 2;
  bool is_first = true;
  try {
    const auto program = find_backend("1-bit").compile(drawn.graph, options);
    const auto session = program->open_session();
    for (const Shape& shape : {drawn.input, larger, drawn.input}) {
      if (fits(drawn.graph, shape)) {
        check(drawn, *simulated, *session, drawn_input(random, shape));
      }
      is_first = false;
    }
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::unsupported);
    CHECK(std::string(error.what()).starts_with("node '"));
    CHECK((!is_first || options.binary_engine == BinaryEngine::expanded));
  }
}

void check_all(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed < last; ++seed) {
    const int steps = 4 + static_cast<int>(seed % 12);
    const DrawnNetwork drawn = NetworkDrawing(seed, seed % 2 == 1).finish(steps);
    for (const auto engine : {BinaryEngine::xnor, BinaryEngine::expanded}) {
      if (engine == BinaryEngine::expanded && !onednn::int8_is_exact()) continue;
      INFO("seed " << seed << ", engine " << static_cast<int>(engine) << "\n"
                   << text_of(drawn.graph));
      CompileOptions options;
      options.binary_engine = engine;
      Random random(seed);
      check(drawn, options, random);
    }
  }
}

TEST_CASE("1-bit: networks drawn at random are computed as simulated") { check_all(0, 150); }

TEST_CASE("1-bit: thousands of networks drawn at random", "[.slow]") { check_all(150, 5000); }

}  // namespace
}  // namespace bench::one_bit
