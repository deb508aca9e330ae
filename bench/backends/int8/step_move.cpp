#include <algorithm>
#include <numeric>

#include "bench/backends/int8/steps.h"
#include "bench/onednn/movement.h"
#include "models/reference.h"
#include "models/shapes.h"

namespace bench::int8 {
namespace {

using onednn::BoxCopy;

// One input's part of a result: a box, and where it begins on either side.
struct Part {
  Place from;
  BoxCopy box{};
  std::int64_t to_begin = 0, from_begin = 0;
};

// A step that copies parts. With `fill`, everything else is set to that byte.
void add_copy(Planner& planner, NodeId id, const Place& to, std::vector<Part> parts,
              std::optional<std::uint8_t> fill = {}) {
  std::vector<Place> reads;
  for (Part& part : parts) {
    part.box = onednn::simplified(part.box);
    reads.push_back(part.from);
  }
  planner.add(id, "int8:copy", reads, to, [=](const Workspace& memory) {
    std::uint8_t* out = memory.numbers(to);
    if (fill) std::fill_n(out, to.size(), *fill);
    for (const Part& part : parts) {
      onednn::copy_box(part.box, out + part.to_begin, memory.numbers(part.from) + part.from_begin);
    }
  });
}

// Chooses by the op. All give what plan_move does.
struct Mover {
  Planner& planner;
  NodeId id;

  NodeId source() const { return planner.node(id).inputs[0]; }

  bool operator()(const Concat& op) const {
    const std::vector<NodeId>& inputs = planner.node(id).inputs;
    const Place to = planner.write(id);
    const Shape strides = strides_of(to);
    const std::size_t axis = *resolve_axis(op.axis, to.shape.size());
    std::vector<Part> parts;
    std::int64_t begin = 0;
    for (const NodeId input : inputs) {
      const Place from = planner.read(input, to.channels_last);
      parts.push_back({from, {from.shape, strides, strides_of(from)}, begin * strides[axis], 0});
      begin += from.shape[axis];
    }
    add_copy(planner, id, to, std::move(parts));
    return true;
  }

  bool operator()(const Slice& op) const {
    const Place from = planner.place(source()), to = planner.write(id, from.channels_last);
    const std::size_t axis = *resolve_axis(op.axis, from.shape.size());
    const std::int64_t size = from.shape[axis];
    const std::int64_t begin =
        std::clamp<std::int64_t>(op.begin < 0 ? op.begin + size : op.begin, 0, size);
    Shape strides = strides_of(from);
    const std::int64_t first = begin * strides[axis];
    if (to.shape[axis] > 1) strides[axis] *= op.step;
    add_copy(planner, id, to, {{from, {to.shape, strides_of(to), strides}, 0, first}});
    return true;
  }

  bool operator()(const Transpose& op) const {
    const Place from = planner.place(source());
    const Shape strides = strides_of(from);
    Shape turned;
    for (const int axis : op.order) turned.push_back(strides[static_cast<std::size_t>(axis)]);
    for (const bool channels_last : {false, true}) {
      Place same = from;
      same.shape = planner.shape(id);
      same.channels_last = channels_last;
      if ((channels_last && turned.size() != 4) || !lies_alike(same, turned)) continue;
      planner.view(id, same, source());
      return true;
    }
    const Place to = planner.write(id, false);
    add_copy(planner, id, to, {{from, {to.shape, strides_of(to), turned}, 0, 0}});
    return true;
  }

  bool operator()(const Reshape&) const {
    planner.view(id, planner.read(source(), false), source());
    return true;
  }

  bool operator()(const Pad& op) const {
    const Place from = planner.place(source()), to = planner.write(id, from.channels_last);
    Part part{from, {from.shape, strides_of(to), strides_of(from)}, 0, 0};
    bool empty = false;
    for (std::size_t i = 0; i < from.shape.size(); ++i) {
      const std::int64_t cropped = std::max<std::int64_t>(-op.before[i], 0);
      part.box.dims[i] -= cropped + std::max<std::int64_t>(-op.after[i], 0);
      part.from_begin += cropped * part.box.from[i];
      part.to_begin += std::max<std::int64_t>(op.before[i], 0) * part.box.to[i];
      empty = empty || part.box.dims[i] <= 0;
    }
    const auto fill = static_cast<std::uint8_t>(static_cast<std::int32_t>(op.value) +
                                                byte_offset(planner.node(id)));
    add_copy(planner, id, to, empty ? std::vector<Part>{} : std::vector<Part>{part}, fill);
    return true;
  }

  // Which pixel each pixel comes from is asked of the reference: of a map that holds its own
  // indices, which f32 holds exactly.
  bool operator()(const Resize& op) const {
    const Place from = planner.read(source(), true), to = planner.write(id, true);
    const Map in = map_of(from), out = map_of(to);
    if (in.height * in.width > 1 << 24) return false;
    Tensor indices(Shape{1, 1, in.height, in.width});
    std::iota(indices.data<float>().begin(), indices.data<float>().end(), 0.0f);
    const Tensor* const inputs[] = {&indices};
    const Tensor picked = evaluate_node(op, inputs, {1, 1, out.height, out.width});
    const std::span<const float> pixels = picked.data<float>();
    const std::vector<std::int64_t> sources(pixels.begin(), pixels.end());
    planner.add(id, "int8:nearest", {from}, to, [=](const Workspace& memory) {
      std::uint8_t* result = memory.numbers(to);
      const std::uint8_t* image = memory.numbers(from);
      for (std::int64_t n = 0; n < in.batch; ++n) {
        for (const std::int64_t pixel : sources) {
          result = std::copy_n(image + pixel * in.channels, in.channels, result);
        }
        image += in.height * in.width * in.channels;
      }
    });
    return true;
  }

  bool operator()(const auto&) const { return false; }

 private:
  static bool lies_alike(const Place& place, const Shape& strides) {
    const Shape own = strides_of(place);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (place.shape[i] != 1 && own[i] != strides[i]) return false;
    }
    return true;
  }
};

}  // namespace

bool plan_move(Planner& planner, NodeId id) {
  return std::visit(Mover{planner, id}, std::get<integer::Move>(planner.node(id).op).op);
}

}  // namespace bench::int8
