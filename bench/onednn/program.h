#pragma once
// A network compiled for oneDNN: its weights, its plans, and sessions over them.

#include <memory>

#include "bench/backend.h"
#include "bench/onednn/extension.h"
#include "bench/onednn/plan.h"
#include "bench/onednn/plan_cache.h"
#include "bench/onednn/weights.h"

namespace bench::onednn {

class OneDnnProgram : public Program {
 public:
  /// REQUIRES validate(graph), but for elements of parameters that `extension` holds itself.
  OneDnnProgram(Graph graph, const CompileOptions& options,
                std::unique_ptr<Extension> extension = nullptr);

  std::unique_ptr<Session> open_session() const override;
  ProgramFacts facts(const Shape& input) const override;

  /// Throws as infer_shapes.
  std::shared_ptr<const Plan> plan(const Shape& input) const;

  const Graph& graph() const { return graph_; }
  const dnnl::engine& engine() const { return engine_; }
  int threads() const { return threads_; }

 private:
  Graph graph_;
  std::unique_ptr<Extension> extension_;  // may be null
  int threads_;
  bool winograd_;
  dnnl::engine engine_;
  mutable Weights weights_;
  mutable PlanCache<Plan> plans_;
};

}  // namespace bench::onednn
