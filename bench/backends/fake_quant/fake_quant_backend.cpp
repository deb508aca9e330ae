#include "bench/backend.h"
#include "bench/onednn/program.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

class FakeQuantBackend : public Backend {
 public:
  std::string_view name() const override { return "fake-quant"; }
  std::string_view about() const override {
    return "32-bit floating point on oneDNN, tensors and parameters put onto their grids";
  }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const override {
    validate(graph);
    return std::make_unique<onednn::OneDnnProgram>(with_parameters_in_use(std::move(graph)),
                                                   options);
  }
};

}  // namespace

std::unique_ptr<Backend> make_fake_quant_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_fake_quant_backend() { return std::make_unique<FakeQuantBackend>(); }

}  // namespace bench
