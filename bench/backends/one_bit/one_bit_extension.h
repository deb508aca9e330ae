#pragma once
// What the 1-bit backend adds to the engine's plans.

#include <map>
#include <memory>
#include <mutex>

#include "bench/backends/one_bit/binary_layers.h"
#include "bench/onednn/extension.h"

namespace bench::one_bit {

class OneBitExtension : public onednn::Extension {
 public:
  OneBitExtension(std::map<NodeId, BinaryWeights> weights, BinaryEngine engine)
      : weights_(std::move(weights)), engine_(engine) {}

  onednn::OwnSteps steps(onednn::Planner& planner) override;
  ProgramFacts completed(ProgramFacts facts) const override;

 private:
  const BinaryLayers& layers_for(const onednn::Planner& planner);

  std::map<NodeId, BinaryWeights> weights_;
  BinaryEngine engine_;
  mutable std::mutex mutex_;
  std::unique_ptr<const BinaryLayers> layers_;  // made for the first plan
};

}  // namespace bench::one_bit
