#pragma once
// A network of integers, ready to run: its weights, its plans, and sessions over them.

#include <memory>

#include "bench/backends/int8/network.h"
#include "bench/backends/int8/plan.h"
#include "bench/onednn/plan_cache.h"

namespace bench::int8 {

class Int8Program : public Program {
 public:
  Int8Program(IntegerGraph graph, const CompileOptions& options,
              InstructionSet set = fastest_instruction_set(), OneDnnUse onednn = best_onednn_use());

  std::unique_ptr<Session> open_session() const override;
  ProgramFacts facts(const Shape& input) const override;

  /// Throws as infer_shapes.
  std::shared_ptr<const Plan> plan(const Shape& input) const;
  const Network& network() const { return network_; }
  int threads() const { return threads_; }

 private:
  int threads_;
  InstructionSet set_;
  Network network_;
  mutable onednn::PlanCache<Plan> plans_;
};

/// A plan in memory of its own: what a session runs.
class BoundPlan {
 public:
  /// Uses `memory`, which is made larger if it is too small, until this object is gone.
  BoundPlan(const Int8Program& program, std::shared_ptr<const Plan> plan, onednn::Memory& memory);
  BoundPlan(const BoundPlan&) = delete;
  BoundPlan& operator=(const BoundPlan&) = delete;

  /// REQUIRES the shape the plan was made for.
  std::vector<Tensor> run(const Tensor& input);
  /// The same without its outputs: the seconds of this thread's CPU time that each step took.
  std::vector<double> run_timed(const Tensor& input);

  const Plan& plan() const { return *plan_; }
  /// One step by itself, on whatever is in memory; for measuring. REQUIRES a run before, and the
  /// tensor that was run to live still.
  void run_step(std::size_t index);

 private:
  void begin(const Tensor& input);

  std::shared_ptr<const Plan> plan_;
  std::vector<std::unique_ptr<Session>> float_sessions_;
  std::vector<Tensor> outputs_;
  Workspace workspace_;
};

}  // namespace bench::int8
