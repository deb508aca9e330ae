#pragma once
// Where a backend computes some nodes of a network in its own way, in the engine's plan and arena.

#include <functional>
#include <vector>

#include "bench/backend.h"
#include "models/graph.h"

namespace bench::onednn {

class Planner;

/// Layers that are not the engine's.
struct OwnStep {
  NodeId result = 0;           ///< planned when all nodes before this one have been
  std::function<void()> plan;  ///< adds them to the planner
};

struct OwnSteps {
  std::vector<bool> taken;  ///< the nodes that the engine leaves alone; empty: none
  std::vector<OwnStep> steps;
};

class Extension {
 public:
  virtual ~Extension() = default;
  /// What it computes of the planner's network. Of every node it takes and the engine reads, some
  /// step has to write the result. REQUIRES the planner to outlive what is given. Thread-safe.
  virtual OwnSteps steps(Planner& planner) = 0;
  /// The engine's facts, and what they are with this: bytes of its own weights, its rules.
  virtual ProgramFacts completed(ProgramFacts facts) const = 0;
};

}  // namespace bench::onednn
