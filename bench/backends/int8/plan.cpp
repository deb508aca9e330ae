#include "bench/backends/int8/plan.h"

namespace bench::int8 {

int byte_offset(const Grid& grid) { return grid.is_signed ? 128 : 0; }

Shape strides_of(const Place& place) {
  const Shape& shape = place.shape;
  if (place.channels_last) {
    const std::int64_t c = shape[1], h = shape[2], w = shape[3];
    return {h * w * c, 1, w * c, c};
  }
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

bool order_is_free(const Shape& shape) {
  return shape.size() != 4 || shape[1] == 1 || (shape[2] == 1 && shape[3] == 1);
}

std::uint8_t* Workspace::numbers(const Place& place) const {
  return reinterpret_cast<std::uint8_t*>(arena +
                                         (*offsets)[static_cast<std::size_t>(place.buffer)]);
}

float* Workspace::values(const Place& place) const {
  if (place.buffer == -1) return const_cast<float*>(input->data<float>().data());
  if (place.buffer < 0) {
    return (*outputs)[static_cast<std::size_t>(-2 - place.buffer)].data<float>().data();
  }
  return reinterpret_cast<float*>(numbers(place));
}

float& Workspace::dynamic_scale(const Place& place) const {
  return *reinterpret_cast<float*>(arena +
                                   (*offsets)[static_cast<std::size_t>(place.scale_buffer)]);
}

}  // namespace bench::int8
