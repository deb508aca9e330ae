#include "bench/backend.h"
#include "bench/onednn/program.h"
#include "models/error.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

// Values cut down to their sign are no rounding of what a float network computes: looking through
// their grids would give answers that mean nothing.
void require_no_binary_values(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    const auto* edge = std::get_if<FakeQuantize>(&node.op);
    const auto* grid = edge ? std::get_if<Grid>(&edge->grid) : nullptr;
    if (!grid || !is_binary(*grid)) continue;
    throw Error(Fault::unsupported, describe(node) +
                                        ": its values are binary, so this network has no float "
                                        "form; run it with fake-quant or 1-bit");
  }
}

class FloatBackend : public Backend {
 public:
  std::string_view name() const override { return "float"; }
  std::string_view about() const override { return "32-bit floating point on oneDNN"; }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const override {
    validate(graph);
    require_no_binary_values(graph);
    return std::make_unique<onednn::OneDnnProgram>(without_grids(std::move(graph)), options);
  }
};

}  // namespace

std::unique_ptr<Backend> make_float_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_float_backend() { return std::make_unique<FloatBackend>(); }

}  // namespace bench
