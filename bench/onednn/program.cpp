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

// The engine's steps and the extension's, in the order of their results.
void plan_steps(Planner& planner, const std::vector<Step>& steps, const std::vector<OwnStep>& own) {
  auto next = own.begin();
  for (const Step& step : steps) {
    for (; next != own.end() && next->result < step.result(); ++next) next->plan();
    plan_step(planner, step);
  }
  for (; next != own.end(); ++next) next->plan();
}

}  // namespace

OneDnnProgram::OneDnnProgram(Graph graph, const CompileOptions& options,
                             std::unique_ptr<Extension> extension)
    : graph_(std::move(graph)),
      extension_(std::move(extension)),
      threads_(options.threads_per_image),
      winograd_(options.winograd),
      engine_(dnnl::engine::kind::cpu, 0),
      weights_(engine_),
      plans_(kPlansKept) {
  weights_.take(graph_);
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
    OwnSteps own = extension_ ? extension_->steps(planner) : OwnSteps();
    std::ranges::sort(own.steps, {}, &OwnStep::result);
    plan_steps(planner, fuse(graph_, shapes, std::move(own.taken)), own.steps);
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
  return extension_ ? extension_->completed(std::move(facts)) : facts;
}

}  // namespace bench::onednn
