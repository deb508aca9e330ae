// evaluate() as a backend: the plain loops that judge all others, grids included. Slow, and the
// same bits on every machine of IEEE arithmetic but for the functions of the C library (exp, tanh,
// ...).
#include "bench/backend.h"
#include "models/reference.h"

namespace bench {
namespace {

class ReferenceSession : public Session {
 public:
  explicit ReferenceSession(const Graph& graph) : graph_(graph) {}
  std::vector<Tensor> run(const Tensor& input) override { return evaluate(graph_, input); }

 private:
  const Graph& graph_;
};

std::int64_t parameter_bytes(const Op& op) {
  const auto* conv = std::get_if<Conv2d>(&op);
  const auto* linear = std::get_if<Linear>(&op);
  const auto bytes = [](const auto& layer) {
    return static_cast<std::int64_t>(layer.weight.bytes().size() + layer.bias.bytes().size());
  };
  return conv ? bytes(*conv) : linear ? bytes(*linear) : 0;
}

class ReferenceProgram : public Program {
 public:
  explicit ReferenceProgram(Graph graph) : graph_(std::move(graph)) {}

  std::unique_ptr<Session> open_session() const override {
    return std::make_unique<ReferenceSession>(graph_);
  }

  ProgramFacts facts(const Shape&) const override {
    ProgramFacts facts;
    for (const Node& node : graph_.nodes) {
      if (node.inputs.empty()) continue;
      facts.layers.push_back({node.name, std::string(name_of(node.op)), "plain", "nchw"});
      facts.weight_bytes += parameter_bytes(node.op);
    }
    facts.library = "none";
    facts.isa = "as compiled";
    return facts;
  }

 private:
  const Graph graph_;
};

class ReferenceBackend : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  std::string_view about() const override {
    return "plain loops, grids honoured, sums in double: slow, the judge of all others";
  }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions&) const override {
    validate(graph);
    return std::make_unique<ReferenceProgram>(std::move(graph));
  }
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend();  // declared by the build's list of backends too

std::unique_ptr<Backend> make_reference_backend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace bench
