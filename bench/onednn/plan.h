#pragma once
// A network bound to one input shape: layers ready to run. Immutable; shared by all sessions.

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "bench/backend.h"
#include "bench/onednn/arena.h"
#include "bench/onednn/memory.h"
#include "bench/onednn/onednn.h"

namespace bench::onednn {

/// Where a tensor lies and in which layout.
struct Place {
  enum class Kind {
    arena,         ///< buffer number `buffer`
    fixed,         ///< memory of the program: weights and constants
    callers_input  ///< the tensor being run
  };
  Kind kind = Kind::fixed;
  Desc layout;
  int buffer = -1;
  dnnl::memory fixed;
};

/// Memory of one session, laid out for one plan.
struct Workspace {
  dnnl::engine engine;
  dnnl::stream stream;
  std::byte* arena = nullptr;
  std::byte* scratch = nullptr;
  const std::vector<std::size_t>* offsets = nullptr;
  const float* input = nullptr;  ///< set before each run

  float* data(const Place& place) const;
  std::byte* bytes(const Place& place) const { return reinterpret_cast<std::byte*>(data(place)); }
  dnnl::memory memory(const Place& place) const;
};

using Work = std::function<void()>;

/// One computation. `bind` gives the work to be done in a given workspace, as often as wanted; it
/// is empty where nothing has to be done (views).
struct Layer {
  LayerFact fact;
  std::vector<Place> reads, writes;
  bool may_overwrite = false;  ///< the first of reads by the first of writes, of the same layout
  std::size_t scratch_bytes = 0;
  std::function<Work(Workspace&)> bind;
};

struct Plan {
  std::vector<Layer> layers;
  std::vector<Place> outputs;  ///< row-major
  std::vector<Shape> output_shapes;
  ArenaPlan arena;
  std::size_t scratch_bytes = 0;
};

/// A plan in memory of its own: what a session runs.
class BoundPlan {
 public:
  /// Uses `memory`, which is made larger if it is too small, until this object is gone.
  BoundPlan(std::shared_ptr<const Plan> plan, const dnnl::engine& engine, Memory& memory);
  BoundPlan(const BoundPlan&) = delete;
  BoundPlan& operator=(const BoundPlan&) = delete;

  /// REQUIRES the shape the plan was made for.
  void run(const Tensor& input);
  /// The same, and the seconds of this thread's CPU time that each layer took.
  std::vector<double> run_timed(const Tensor& input);
  /// What the last run gave.
  std::vector<Tensor> outputs() const;

  const Plan& plan() const { return *plan_; }
  /// One layer by itself, on whatever is in memory; for measuring. REQUIRES a run before.
  void run_layer(std::size_t index);

 private:
  std::shared_ptr<const Plan> plan_;
  Workspace workspace_;      // the works look at it
  std::vector<Work> works_;  // as many as the plan has layers; empty ones do nothing
};

}  // namespace bench::onednn
