#include "bench/backend.h"
#include "bench/onednn/program.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

class FloatBackend : public Backend {
 public:
  std::string_view name() const override { return "float"; }
  std::string_view about() const override { return "32-bit floating point on oneDNN"; }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const override {
    validate(graph);
    return std::make_unique<onednn::OneDnnProgram>(without_grids(std::move(graph)), options);
  }
};

}  // namespace

std::unique_ptr<Backend> make_float_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_float_backend() { return std::make_unique<FloatBackend>(); }

}  // namespace bench
