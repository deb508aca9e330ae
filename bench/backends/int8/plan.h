#pragma once
// An integer network bound to one input shape: steps ready to run. Immutable; shared by sessions.
//
// In memory a number n of a signed grid is the byte n + 128, of an unsigned grid the byte n: so all
// numbers are u8 and keep their order. Tensors of four axes mostly lie channels last (NHWC), f32
// and all others row-major.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "bench/backend.h"
#include "bench/onednn/arena.h"
#include "bench/onednn/memory.h"
#include "models/grid.h"

namespace bench::int8 {

/// What is added to a grid's number to make its byte.
int byte_offset(const Grid& grid);

/// Where a value lies.
struct Place {
  int buffer = -1;  ///< of the arena; -1: the caller's input; -2 - i: output i itself
  Shape shape;      ///< in the graph's order of axes
  bool channels_last = false;
  int scale_buffer = -1;  ///< where the scale of numbers on a dynamic grid lies; else -1

  std::int64_t size() const { return count(shape); }
};

/// Distance in elements between neighbours along each axis.
Shape strides_of(const Place& place);

/// Whether both orders are one: channels last or not makes no difference to this shape.
bool order_is_free(const Shape& shape);

/// Memory of one session while it runs, laid out for one plan.
struct Workspace {
  std::byte* arena = nullptr;
  std::byte* scratch = nullptr;
  const std::vector<std::size_t>* offsets = nullptr;
  const Tensor* input = nullptr;
  std::vector<Tensor>* outputs = nullptr;
  std::vector<std::unique_ptr<Session>>* float_sessions = nullptr;
  int threads = 1;

  std::uint8_t* numbers(const Place& place) const;
  float* values(const Place& place) const;  ///< also of the caller's input: not to be written
  float& dynamic_scale(const Place& place) const;
};

struct Step {
  LayerFact fact;
  std::vector<Place> reads, writes;
  std::size_t scratch_bytes = 0;
  std::function<void(const Workspace&)> run;  ///< empty for views
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Place> outputs;  ///< row-major f32
  onednn::ArenaPlan arena;
  std::size_t scratch_bytes = 0;
};

}  // namespace bench::int8
