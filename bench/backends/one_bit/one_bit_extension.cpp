#include "bench/backends/one_bit/one_bit_extension.h"

#include "bench/backends/one_bit/bit_planner.h"
#include "bench/backends/one_bit/engine_choice.h"

namespace bench::one_bit {

const BinaryLayers& OneBitExtension::layers_for(const onednn::Planner& planner) {
  const std::lock_guard lock(mutex_);
  if (!layers_) {
    layers_ = std::make_unique<const BinaryLayers>(
        make_binary_layers(planner.graph(), planner.shapes(), weights_, engine_));
  }
  return *layers_;
}

onednn::OwnSteps OneBitExtension::steps(onednn::Planner& planner) {
  if (weights_.empty()) return {};
  const BinaryLayers& layers = layers_for(planner);
  const auto bits = std::make_shared<BitPlanner>(planner, layers);
  onednn::OwnSteps own;
  const auto size = static_cast<NodeId>(planner.graph().nodes.size());
  for (NodeId id = 0; id < size; ++id) {
    const bool wanted = layers.forms.floats(id), passes = layers.forms.passes_signs(id);
    own.taken.push_back(!wanted || passes);
    if (wanted && passes) own.steps.push_back({id, [bits, id] { bits->plan_unpacking(id); }});
  }
  for (const auto& [id, made] : layers.made) {
    own.taken[static_cast<std::size_t>(id)] = true;
    if (made.gives_bits) continue;  // as soon as they are wanted
    for (const NodeId node : made.nodes) own.taken[static_cast<std::size_t>(node)] = true;
    own.steps.push_back({made.nodes.back(), [bits, id = id] { bits->plan_floats(id); }});
  }
  return own;
}

ProgramFacts OneBitExtension::completed(ProgramFacts facts) const {
  const std::lock_guard lock(mutex_);
  if (layers_) {
    facts.weight_bytes += layers_->weight_bytes();
    facts.engine_rule = engine_rule(engine_);
  }
  return facts;
}

}  // namespace bench::one_bit
