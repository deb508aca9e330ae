#include "bench/onednn/weights.h"

#include <algorithm>

namespace bench::onednn {

dnnl::memory* Weights::find(const Key& key, const Desc& layout) {
  for (dnnl::memory& memory : known_[key]) {
    if (memory.get_desc() == layout) return &memory;
  }
  return nullptr;
}

dnnl::memory Weights::get(NodeId node, const std::string& role, const Tensor& plain,
                          const Desc& plain_layout, const Desc& layout) {
  auto* data = const_cast<float*>(plain.data<float>().data());  // oneDNN only reads it
  dnnl::memory original(plain_layout, engine_, data);
  const std::lock_guard lock(mutex_);
  const Key key{node, role};
  if (const dnnl::memory* known = find(key, layout)) return *known;
  dnnl::memory packed = original;
  if (layout != plain_layout) {
    packed = dnnl::memory(layout, engine_);
    dnnl::stream stream(engine_);
    dnnl::reorder(original, packed).execute(stream, original, packed);
    stream.wait();
  }
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
  return bytes;
}

}  // namespace bench::onednn
