#include "bench/backends/float/plan.h"

namespace bench::onednn {

float* Workspace::data(const Place& place) const {
  switch (place.kind) {
    case Place::Kind::fixed: return static_cast<float*>(place.fixed.get_data_handle());
    case Place::Kind::callers_input: return const_cast<float*>(input);
    case Place::Kind::arena: break;
  }
  return reinterpret_cast<float*>(arena + (*offsets)[static_cast<std::size_t>(place.buffer)]);
}

dnnl::memory Workspace::memory(const Place& place) const {
  return dnnl::memory(place.layout, engine, data(place));
}

}  // namespace bench::onednn
