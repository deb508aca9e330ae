#include "bench/backend.h"
#include "bench/backends/int8/program.h"
#include "models/error.h"

namespace bench {
namespace {

void refuse_islands(const std::vector<FloatIsland>& islands) {
  if (islands.empty()) return;
  const FloatIsland& first = islands.front();
  std::string message = "integer only: node '" + first.node + "' (" + first.op +
                        ") would be computed in float: " + first.reason;
  if (islands.size() > 1) message += "; and " + std::to_string(islands.size() - 1) + " more";
  throw Error(Fault::unsupported, message);
}

class Int8Backend : public Backend {
 public:
  std::string_view name() const override { return "int8"; }
  std::string_view about() const override {
    return "8-bit integers by our own kernels, from the image to the last layer";
  }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions& options) const override {
    validate(graph);
    IntegerGraph lowered = lower(std::move(graph), options.requantization);
    if (options.integer_only) refuse_islands(lowered.islands);
    return std::make_unique<int8::Int8Program>(std::move(lowered), options);
  }
};

}  // namespace

std::unique_ptr<Backend> make_int8_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_int8_backend() { return std::make_unique<Int8Backend>(); }

}  // namespace bench
