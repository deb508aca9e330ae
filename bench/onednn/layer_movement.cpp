#include <algorithm>

#include "bench/onednn/layers.h"
#include "bench/onednn/movement.h"

namespace bench::onednn {
namespace {

// One input's part of a result: a box, and where it begins on either side.
struct Part {
  Place from;
  BoxCopy box;
  std::int64_t to_begin = 0, from_begin = 0;
};

// A layer that copies parts. With `fill`, everything else is set to that value.
void add_copy(Planner& planner, NodeId id, const Place& to, std::vector<Part> parts,
              std::optional<float> fill = {}) {
  Layer layer;
  layer.fact = planner.fact({{id}}, "copy", to.layout);
  layer.writes = {to};
  for (Part& part : parts) {
    part.box = simplified(part.box);
    layer.reads.push_back(part.from);
  }
  layer.bind = [=](Workspace& workspace) -> Work {
    return [&workspace, to, parts, fill] {
      float* out = workspace.data(to);
      if (fill) std::fill_n(out, to.layout.get_size() / sizeof(float), *fill);
      for (const Part& part : parts) {
        copy_box(part.box, out + part.to_begin, workspace.data(part.from) + part.from_begin);
      }
    };
  };
  planner.add(std::move(layer));
}

// The order of `like` for another shape: channels last if `like` is so, else row-major.
Desc like(const Desc& like, const Shape& shape) {
  return layout_name(like) == "nhwc" ? channels_last(shape) : row_major(shape);
}

}  // namespace

bool plan_concat(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const int wanted = std::get<Concat>(node.op).axis;
  const Shape& shape = planner.shape(id);
  const auto axis =
      static_cast<std::size_t>(wanted < 0 ? wanted + static_cast<int>(shape.size()) : wanted);
  std::vector<Part> parts;
  for (const NodeId input : node.inputs) parts.push_back({planner.read_unblocked(input), {}, 0, 0});
  const Place to = planner.write(id, like(parts.front().from.layout, shape));
  const Shape strides = strides_of(to.layout);
  std::int64_t begin = 0;
  for (Part& part : parts) {
    const Shape dims = part.from.layout.dims();
    part.box = {dims, strides, strides_of(part.from.layout)};
    part.to_begin = begin * strides[axis];
    begin += dims[axis];
  }
  add_copy(planner, id, to, std::move(parts));
  return true;
}

bool plan_slice(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const auto& slice = std::get<Slice>(node.op);
  const Place from = planner.read_unblocked(node.inputs[0]);
  const Shape& shape = planner.shape(id);
  const auto axis = static_cast<std::size_t>(
      slice.axis < 0 ? slice.axis + static_cast<int>(shape.size()) : slice.axis);
  const std::int64_t size = planner.shape(node.inputs[0])[axis];
  const std::int64_t begin =
      std::clamp<std::int64_t>(slice.begin < 0 ? slice.begin + size : slice.begin, 0, size);
  Shape strides = strides_of(from.layout);
  const std::int64_t first = begin * strides[axis];
  if (shape[axis] > 1) strides[axis] *= slice.step;
  const Place to = planner.write(id, like(from.layout, shape));
  add_copy(planner, id, to, {{from, {shape, strides_of(to.layout), strides}, 0, first}});
  return true;
}

bool plan_transpose(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const Shape& shape = planner.shape(id);
  const Place from = planner.read_unblocked(node.inputs[0]);
  const Desc turned = permuted(from.layout, std::get<Transpose>(node.op).order);
  const bool row = same_order(turned, row_major(shape));
  if (row || (shape.size() == 4 && same_order(turned, channels_last(shape)))) {
    Place place = from;
    place.layout = row ? row_major(shape) : channels_last(shape);
    planner.view(id, place, node.inputs[0]);
    return true;
  }
  const Place to = planner.write(id, row_major(shape));
  add_copy(planner, id, to, {{from, {shape, strides_of(to.layout), strides_of(turned)}, 0, 0}});
  return true;
}

bool plan_reshape(Planner& planner, NodeId id) {
  const NodeId source = planner.node(id).inputs[0];
  planner.view(id, planner.read_as(source, row_major(planner.shape(id))), source);
  return true;
}

bool plan_pad(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const auto& pad = std::get<Pad>(node.op);
  const Place from = planner.read_unblocked(node.inputs[0]);
  const Shape in = from.layout.dims();
  const Place to = planner.write(id, like(from.layout, planner.shape(id)));
  const Shape to_strides = strides_of(to.layout), from_strides = strides_of(from.layout);
  Part part{from, {in, to_strides, from_strides}, 0, 0};
  bool empty = false;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::int64_t cropped = std::max<std::int64_t>(-pad.before[i], 0);
    part.box.dims[i] = in[i] - cropped - std::max<std::int64_t>(-pad.after[i], 0);
    part.from_begin += cropped * from_strides[i];
    part.to_begin += std::max<std::int64_t>(pad.before[i], 0) * to_strides[i];
    empty = empty || part.box.dims[i] <= 0;
  }
  if (empty) {
    add_copy(planner, id, to, {}, pad.value);
  } else {
    add_copy(planner, id, to, {part}, pad.value);
  }
  return true;
}

}  // namespace bench::onednn
