#pragma once
// A network compiled for oneDNN: its weights, its plans, and sessions over them.

#include <memory>

#include "bench/backend.h"
#include "bench/onednn/plan.h"
#include "bench/onednn/plan_cache.h"
#include "bench/onednn/weights.h"

namespace bench::onednn {

class OneDnnProgram : public Program {
 public:
  /// REQUIRES validate(graph).
  OneDnnProgram(Graph graph, const CompileOptions& options);

  std::unique_ptr<Session> open_session() const override;
  ProgramFacts facts(const Shape& input) const override;

  /// Throws as infer_shapes.
  std::shared_ptr<const Plan> plan(const Shape& input) const;

  const Graph& graph() const { return graph_; }
  const dnnl::engine& engine() const { return engine_; }
  int threads() const { return threads_; }

 private:
  Graph graph_;
  int threads_;
  bool winograd_;
  dnnl::engine engine_;
  mutable Weights weights_;
  mutable PlanCache<Plan> plans_;
};

}  // namespace bench::onednn
