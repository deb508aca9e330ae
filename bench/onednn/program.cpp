#include "bench/onednn/program.h"

#include <algorithm>

#include "bench/onednn/planner.h"
#include "models/error.h"

namespace bench::onednn {
namespace {

// Networks run on images of any size meet thousands of shapes. A plan is cheap to make again: its
// weights are kept apart from it.
constexpr std::size_t kPlansKept = 16;

class OneDnnSession : public Session {
 public:
  explicit OneDnnSession(const OneDnnProgram& program) : program_(program) {}

  std::vector<Tensor> run(const Tensor& input) override {
    const ThreadCount threads(program_.threads());
    bind(input.shape());
    bound_->run(input);
    return bound_->outputs();
  }

  std::vector<double> time_layers(const Tensor& input) override {
    const ThreadCount threads(program_.threads());
    bind(input.shape());
    return bound_->run_timed(input);
  }

 private:
  void bind(const Shape& shape) {
    if (bound_ && shape == shape_) return;
    const auto plan = program_.plan(shape);
    bound_.emplace(plan, program_.engine(), memory_);
    shape_ = shape;
  }

  const OneDnnProgram& program_;
  Shape shape_;
  Memory memory_;
  std::optional<BoundPlan> bound_;
};

}  // namespace

OneDnnProgram::OneDnnProgram(Graph graph, const CompileOptions& options)
    : graph_(std::move(graph)),
      threads_(options.threads_per_image),
      winograd_(options.winograd),
      engine_(dnnl::engine::kind::cpu, 0),
      weights_(engine_),
      plans_(kPlansKept) {
  const Shape& input = std::get<Input>(graph_.nodes[0].op).shape;
  if (std::ranges::all_of(input, [](std::int64_t size) { return size > 0; })) plan(input);
}

std::unique_ptr<Session> OneDnnProgram::open_session() const {
  return std::make_unique<OneDnnSession>(*this);
}

std::shared_ptr<const Plan> OneDnnProgram::plan(const Shape& input) const {
  return plans_.get(input, [&] {
    const ThreadCount threads(threads_);
    const std::vector<Shape> shapes = infer_shapes(graph_, input);
    Planner planner(graph_, shapes, weights_, engine_, winograd_);
    for (const Step& step : fuse(graph_, shapes)) plan_step(planner, step);
    return planner.finish();
  });
}

ProgramFacts OneDnnProgram::facts(const Shape& input) const {
  const auto used = plan(input);
  ProgramFacts facts;
  for (const Layer& layer : used->layers) facts.layers.push_back(layer.fact);
  facts.weight_bytes = static_cast<std::int64_t>(weights_.bytes());
  facts.activation_bytes = static_cast<std::int64_t>(used->arena.bytes + used->scratch_bytes);
  const dnnl_version_t* version = dnnl::version();
  facts.library = "oneDNN " + std::to_string(version->major) + "." +
                  std::to_string(version->minor) + "." + std::to_string(version->patch);
  facts.isa = isa_name();
  return facts;
}

}  // namespace bench::onednn
