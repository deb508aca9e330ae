#include "bench/backend.h"
#include "bench/backends/one_bit/one_bit_extension.h"
#include "bench/onednn/program.h"
#include "models/passes/passes.h"

namespace bench {
namespace {

class OneBitBackend : public Backend {
 public:
  std::string_view name() const override { return "1-bit"; }
  std::string_view about() const override {
    return "binary layers as bits: XNOR and popcount; the rest in 32-bit floating point on oneDNN";
  }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const override {
    validate(graph);
    auto extension = std::make_unique<one_bit::OneBitExtension>(one_bit::take_binary_weights(graph),
                                                                options.binary_engine);
    return std::make_unique<onednn::OneDnnProgram>(with_parameters_in_use(std::move(graph)),
                                                   options, std::move(extension));
  }
};

}  // namespace

std::unique_ptr<Backend> make_one_bit_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_one_bit_backend() { return std::make_unique<OneBitBackend>(); }

}  // namespace bench
