#include "bench/backends/int8/program.h"

#include <algorithm>

#include "bench/backends/int8/steps.h"
#include "bench/onednn/thread_clock.h"

namespace bench::int8 {
namespace {

// Networks run on images of any size meet thousands of shapes. A plan is cheap to make again: its
// weights are kept apart from it.
constexpr std::size_t plans_kept = 16;

class Int8Session : public Session {
 public:
  explicit Int8Session(const Int8Program& program) : program_(program) {}

  std::vector<Tensor> run(const Tensor& input) override {
    const onednn::ThreadCount threads(program_.threads());
    bind(input.shape());
    return bound_->run(input);
  }

  std::vector<double> time_layers(const Tensor& input) override {
    const onednn::ThreadCount threads(program_.threads());
    bind(input.shape());
    return bound_->run_timed(input);
  }

 private:
  void bind(const Shape& shape) {
    if (bound_ && shape == shape_) return;
    const auto plan = program_.plan(shape);
    bound_.emplace(program_, plan, memory_);
    shape_ = shape;
  }

  const Int8Program& program_;
  Shape shape_;
  onednn::Memory memory_;
  std::optional<BoundPlan> bound_;
};

}  // namespace

Int8Program::Int8Program(IntegerGraph graph, const CompileOptions& options, InstructionSet set,
                         OneDnnUse onednn)
    : threads_(options.threads_per_image),
      set_(set),
      network_(std::move(graph), set, onednn, options.threads_per_image),
      plans_(plans_kept) {}

std::unique_ptr<Session> Int8Program::open_session() const {
  return std::make_unique<Int8Session>(*this);
}

std::shared_ptr<const Plan> Int8Program::plan(const Shape& input) const {
  return plans_.get(input, [&] {
    const std::vector<Shape> shapes = network_.shapes(input);
    Planner planner(network_, shapes);
    for (const NodeId id : network_.order()) plan_node(planner, id);
    return planner.finish();
  });
}

ProgramFacts Int8Program::facts(const Shape& input) const {
  const auto used = plan(input);
  ProgramFacts facts;
  for (const Step& step : used->steps) facts.layers.push_back(step.fact);
  facts.float_islands = network_.graph().islands;
  facts.weight_bytes = network_.weight_bytes(network_.shapes(input));
  facts.activation_bytes = static_cast<std::int64_t>(used->arena.bytes + used->scratch_bytes);
  const dnnl_version_t* version = dnnl::version();
  facts.library = "own kernels, oneDNN " + std::to_string(version->major) + "." +
                  std::to_string(version->minor) + "." + std::to_string(version->patch);
  facts.isa = std::string(name_of(set_));
  return facts;
}

BoundPlan::BoundPlan(const Int8Program& program, std::shared_ptr<const Plan> plan,
                     onednn::Memory& memory)
    : plan_(std::move(plan)) {
  const std::size_t bytes = plan_->arena.bytes + plan_->scratch_bytes;
  if (memory.size() < bytes) {
    memory = onednn::Memory();  // free first: both at once would be the peak
    memory = onednn::Memory(bytes);
  }
  for (const FloatPart& part : program.network().float_parts()) {
    float_sessions_.push_back(part.program ? part.program->open_session() : nullptr);
  }
  workspace_ = {memory.data(),
                memory.data() + plan_->arena.bytes,
                &plan_->arena.offsets,
                nullptr,
                &outputs_,
                &float_sessions_,
                program.threads()};
}

void BoundPlan::begin(const Tensor& input) {
  outputs_.clear();
  for (const Place& place : plan_->outputs) outputs_.emplace_back(place.shape);
  workspace_.input = &input;
}

std::vector<double> BoundPlan::run_timed(const Tensor& input) {
  begin(input);
  std::vector<double> seconds;
  for (const Step& step : plan_->steps) {
    const double start = thread_seconds();
    if (step.run) step.run(workspace_);
    seconds.push_back(thread_seconds() - start);
  }
  return seconds;
}

std::vector<Tensor> BoundPlan::run(const Tensor& input) {
  begin(input);
  for (const Step& step : plan_->steps) {
    if (step.run) step.run(workspace_);
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Place& place = plan_->outputs[i];
    if (place.buffer == -2 - static_cast<int>(i)) continue;  // computed there
    const std::span<float> values = outputs_[i].data<float>();
    std::copy_n(workspace_.values(place), values.size(), values.begin());
  }
  return std::move(outputs_);
}

void BoundPlan::run_step(std::size_t index) {
  if (outputs_.empty()) {
    for (const Place& place : plan_->outputs) outputs_.emplace_back(place.shape);
  }
  if (plan_->steps[index].run) plan_->steps[index].run(workspace_);
}

}  // namespace bench::int8
