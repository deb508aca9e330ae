#pragma once
// Parameters in the forms the kernels want, made once and shared by every plan and session.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bench/onednn/onednn.h"
#include "models/graph.h"

namespace bench::onednn {

class Weights {
 public:
  explicit Weights(const dnnl::engine& engine) : engine_(engine) {}

  /// Takes over the weights of a graph's layers (Conv2d, Linear), which are left without elements.
  void take(Graph& graph);

  /// The weight of a layer in `layout`. `plain_layout` describes it as it was taken: row-major. It
  /// is kept in the layouts asked for alone. Thread-safe.
  dnnl::memory weight(NodeId node, const Desc& plain_layout, const Desc& layout);
  /// A copy of it as it was taken. Thread-safe.
  Tensor plain_weight(NodeId node, const Shape& shape) const;

  /// Parameter `role` of a node, `plain` in `layout`. Looks at `plain` where its own layout will
  /// do, so `plain` must outlive this object. Thread-safe.
  dnnl::memory get(NodeId node, const std::string& role, const Tensor& plain,
                   const Desc& plain_layout, const Desc& layout);

  /// A parameter computed from others, as a row of numbers. Thread-safe.
  dnnl::memory derived(NodeId node, const std::string& role, const Desc& layout,
                       const std::function<std::vector<float>()>& make);

  /// Bytes of weights, of packed and derived copies, and of plain parameters used as they are.
  std::size_t bytes() const;

 private:
  using Key = std::pair<NodeId, std::string>;
  dnnl::memory* find(const Key& key, const Desc& layout);
  dnnl::memory reordered(dnnl::memory from, const Desc& layout) const;

  dnnl::engine engine_;
  mutable std::mutex mutex_;
  std::map<Key, std::vector<dnnl::memory>> known_;  // one for each layout asked for
  std::map<NodeId, Tensor> taken_;  // until other layouts are all that is used of them
};

}  // namespace bench::onednn
