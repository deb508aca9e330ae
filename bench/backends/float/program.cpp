#include "bench/backends/float/program.h"

#include <algorithm>

#include "bench/backends/float/planner.h"
#include "models/error.h"

namespace bench::onednn {
namespace {

// Networks run on images of any size meet thousands of shapes. Plans kept ready hold machine code,
// about 1 MB each; weights are kept apart from them.
constexpr std::size_t kPlansKept = 16;

class FloatSession : public Session {
 public:
  explicit FloatSession(const FloatProgram& program)
      : program_(program), workspace_{program.engine(), dnnl::stream(program.engine())} {}

  std::vector<Tensor> run(const Tensor& input) override {
    const ThreadCount threads(program_.threads());
    if (!plan_ || input.shape() != shape_) bind(input.shape());
    workspace_.input = input.data<float>().data();
    for (const Work& work : works_) work();
    workspace_.stream.wait();
    return outputs();
  }

 private:
  void bind(const Shape& shape) {
    plan_.reset();  // whatever fails below, no half-bound plan is run
    std::shared_ptr<const Plan> plan = program_.plan(shape);
    const std::size_t bytes = plan->arena.bytes + plan->scratch_bytes;
    if (memory_.size() < bytes) memory_ = Memory(bytes);
    workspace_.arena = memory_.data();
    workspace_.scratch = memory_.data() + plan->arena.bytes;
    workspace_.offsets = &plan->arena.offsets;
    works_.clear();
    for (const Layer& layer : plan->layers) {
      if (layer.bind) works_.push_back(layer.bind(workspace_));
    }
    shape_ = shape;
    plan_ = std::move(plan);
  }

  std::vector<Tensor> outputs() const {
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < plan_->outputs.size(); ++i) {
      outputs.emplace_back(plan_->output_shapes[i]);
      const auto values = outputs.back().data<float>();
      std::copy_n(workspace_.data(plan_->outputs[i]), values.size(), values.begin());
    }
    return outputs;
  }

  using Memory = std::vector<std::byte, AlignedAllocator<std::byte>>;

  const FloatProgram& program_;
  Workspace workspace_;
  Memory memory_;
  Shape shape_;
  std::shared_ptr<const Plan> plan_;
  std::vector<Work> works_;
};

}  // namespace

FloatProgram::FloatProgram(Graph graph, const CompileOptions& options)
    : graph_(std::move(graph)),
      threads_(options.threads_per_image),
      engine_(dnnl::engine::kind::cpu, 0),
      weights_(engine_),
      plans_(kPlansKept) {
  const Shape& input = std::get<Input>(graph_.nodes[0].op).shape;
  if (std::ranges::all_of(input, [](std::int64_t size) { return size > 0; })) plan(input);
}

std::unique_ptr<Session> FloatProgram::open_session() const {
  return std::make_unique<FloatSession>(*this);
}

std::shared_ptr<const Plan> FloatProgram::plan(const Shape& input) const {
  return plans_.get(input, [&] {
    const ThreadCount threads(threads_);
    const std::vector<Shape> shapes = infer_shapes(graph_, input);
    Planner planner(graph_, shapes, weights_, engine_);
    for (const Step& step : fuse(graph_, shapes)) plan_step(planner, step);
    return planner.finish();
  });
}

ProgramFacts FloatProgram::facts(const Shape& input) const {
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
