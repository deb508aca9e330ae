#include "bench/train/prune_loss.h"

#include <ATen/ATen.h>

#include "bench/train/chosen_nodes.h"
#include "models/error.h"

namespace bench {

PruneLoss::PruneLoss(const TrainingRecipe::Prune& options, const Graph& graph)
    : options_(options), watched_(chosen_nodes(graph, options.nodes, "prune")) {}

PruneLoss::~PruneLoss() = default;

void PruneLoss::clear() { values_.clear(); }

void PruneLoss::see(NodeId node, const at::Tensor& value) {
  if (!watched_[static_cast<std::size_t>(node)]) return;
  if (value.dim() != 4) {
    throw Error(Fault::usage,
                "prune: expected nodes that give maps, not " + to_string(value.sizes().vec()));
  }
  values_.push_back(value);
}

at::Tensor PruneLoss::loss() const {
  at::Tensor sum = at::zeros({});
  for (const at::Tensor& value : values_) {
    const auto lowest =
        static_cast<std::int64_t>(options_.ratio * static_cast<double>(value.size(1)));
    if (lowest == 0) continue;
    const at::Tensor sorted = std::get<0>(at::sort(at::amax(value, {2, 3}), true, 1, false));
    sum = sum + sorted.slice(1, 0, lowest).mean();
  }
  return options_.alpha * sum;
}

}  // namespace bench
