#include "bench/onednn/weights.h"

#include <algorithm>

#include "models/passes/layers.h"

namespace bench::onednn {

dnnl::memory* Weights::find(const Key& key, const Desc& layout) {
  for (dnnl::memory& memory : known_[key]) {
    if (memory.get_desc() == layout) return &memory;
  }
  return nullptr;
}

dnnl::memory Weights::reordered(dnnl::memory from, const Desc& layout) const {
  dnnl::memory to(layout, engine_);
  dnnl::stream stream(engine_);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  return to;
}

void Weights::take(Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Tensor* weight = weight_of(graph.nodes[i].op);
    if (!weight || weight->empty()) continue;
    Tensor left = Tensor::without_elements(*weight);
    taken_[static_cast<NodeId>(i)] = std::exchange(*weight, std::move(left));
  }
}

dnnl::memory Weights::weight(NodeId node, const Desc& plain_layout, const Desc& layout) {
  const std::lock_guard lock(mutex_);
  const Key key{node, "weight"};
  if (const dnnl::memory* known = find(key, layout)) return *known;
  const auto taken = taken_.find(node);
  const bool is_plain = taken != taken_.end();
  const auto plain = [&] {
    return dnnl::memory(plain_layout, engine_, taken->second.data<float>().data());
  };
  const dnnl::memory memory = is_plain && layout == plain_layout
                                  ? plain()
                                  : reordered(is_plain ? plain() : known_.at(key).front(), layout);
  known_[key].push_back(memory);
  if (is_plain && !find(key, plain_layout)) taken_.erase(taken);
  return memory;
}

Tensor Weights::plain_weight(NodeId node, const Shape& shape) const {
  const std::lock_guard lock(mutex_);
  if (const auto taken = taken_.find(node); taken != taken_.end()) return taken->second;
  const auto known = known_.find({node, "weight"});
  if (known == known_.end()) return Tensor(shape);  // without elements from the start
  const dnnl::memory& packed = known->second.front();
  const dnnl::memory plain = reordered(packed, row_major(packed.get_desc().dims()));
  Tensor weight(shape);
  const auto values = weight.data<float>();
  std::copy_n(static_cast<const float*>(plain.get_data_handle()), values.size(), values.begin());
  return weight;
}

dnnl::memory Weights::get(NodeId node, const std::string& role, const Tensor& plain,
                          const Desc& plain_layout, const Desc& layout) {
  auto* data = const_cast<float*>(plain.data<float>().data());  // oneDNN only reads it
  dnnl::memory original(plain_layout, engine_, data);
  const std::lock_guard lock(mutex_);
  const Key key{node, role};
  if (const dnnl::memory* known = find(key, layout)) return *known;
  const dnnl::memory packed = layout == plain_layout ? original : reordered(original, layout);
  known_[key].push_back(packed);
  return packed;
}

dnnl::memory Weights::derived(NodeId node, const std::string& role, const Desc& layout,
                              const std::function<std::vector<float>()>& make) {
  const std::lock_guard lock(mutex_);
  const Key key{node, role};
  if (const dnnl::memory* known = find(key, layout)) return *known;
  const std::vector<float> values = make();
  dnnl::memory memory(layout, engine_);
  std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
  known_[key].push_back(memory);
  return memory;
}

std::size_t Weights::bytes() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = 0;
  for (const auto& [key, memories] : known_) {
    for (const dnnl::memory& memory : memories) bytes += memory.get_desc().get_size();
  }
  for (const auto& [node, plain] : taken_) {
    if (!known_.contains({node, "weight"})) bytes += plain.bytes().size();
  }
  return bytes;
}

}  // namespace bench::onednn
