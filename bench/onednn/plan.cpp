#include "bench/onednn/plan.h"

#include <algorithm>

#include "bench/onednn/thread_clock.h"

namespace bench::onednn {

float* Workspace::data(const Place& place) const {
  switch (place.kind) {
    case Place::Kind::fixed: return static_cast<float*>(place.fixed.get_data_handle());
    case Place::Kind::callers_input: return const_cast<float*>(input);
    case Place::Kind::arena: break;
  }
  return reinterpret_cast<float*>(arena + (*offsets)[static_cast<std::size_t>(place.buffer)]);
}

dnnl::memory Workspace::memory(const Place& place) const {
  return dnnl::memory(place.layout, engine, data(place));
}

BoundPlan::BoundPlan(std::shared_ptr<const Plan> plan, const dnnl::engine& engine, Memory& memory)
    : plan_(std::move(plan)), workspace_{engine, dnnl::stream(engine)} {
  const std::size_t bytes = plan_->arena.bytes + plan_->scratch_bytes;
  if (memory.size() < bytes) {
    memory = Memory();  // free first: both at once would be the peak
    memory = Memory(bytes);
  }
  workspace_.arena = memory.data();
  workspace_.scratch = memory.data() + plan_->arena.bytes;
  workspace_.offsets = &plan_->arena.offsets;
  for (const Layer& layer : plan_->layers) {
    works_.push_back(layer.bind ? layer.bind(workspace_) : Work());
  }
}

void BoundPlan::run(const Tensor& input) {
  workspace_.input = input.data<float>().data();
  for (const Work& work : works_) {
    if (work) work();
  }
  workspace_.stream.wait();
}

std::vector<double> BoundPlan::run_timed(const Tensor& input) {
  workspace_.input = input.data<float>().data();
  std::vector<double> seconds;
  for (const Work& work : works_) {
    const double start = thread_seconds();
    if (work) work();
    workspace_.stream.wait();
    seconds.push_back(thread_seconds() - start);
  }
  return seconds;
}

void BoundPlan::run_layer(std::size_t index) {
  if (works_[index]) works_[index]();
  workspace_.stream.wait();
}

std::vector<Tensor> BoundPlan::outputs() const {
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < plan_->outputs.size(); ++i) {
    outputs.emplace_back(plan_->output_shapes[i]);
    const std::span<float> values = outputs.back().data<float>();
    std::copy_n(workspace_.data(plan_->outputs[i]), values.size(), values.begin());
  }
  return outputs;
}

}  // namespace bench::onednn
