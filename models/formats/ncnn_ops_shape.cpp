#include <algorithm>

#include "models/formats/ncnn_ops.h"
#include "models/formats/reject.h"

namespace bench::ncnn {

/// Keys 0, 1, 2: w, h, c; -1: what is left, 0: as the input has it.
void reshape(NcnnNode& node) {
  constexpr int absent = -233;
  if (node.layer().integer(3) != 0) refuse("a reshape that permutes");
  if (node.layer().integer(11, absent) != absent) refuse("four axes");
  std::vector<Dim> dims;
  const auto rank = static_cast<int>(node.rank(node.input()));
  for (int key = 0; key < 3; ++key) {
    const int size = node.layer().integer(key, absent);
    if (size == absent) break;
    Dim dim{Dim::Kind::fixed, size};
    if (size == -1) dim = {Dim::Kind::infer};
    if (size == 0) {  // w is the last axis, h the one before it, c the first
      const int axis = key == 2 ? 1 : rank - 1 - key;
      if (axis < 1 || axis >= rank) reject("keeps an axis that its input has not");
      dim = {Dim::Kind::copy, 0, 0, axis};
    }
    if (size < -1) reject("to " + std::to_string(size));
    dims.insert(dims.begin(), dim);
  }
  if (dims.empty()) reject("to no size");
  dims.insert(dims.begin(), Dim{Dim::Kind::fixed, 1});
  node.give(node.add(Reshape{std::move(dims)}, {node.input()}));
}

void flatten(NcnnNode& node) { node.give(node.flattened(node.input())); }

/// Which of the input's axes become w, h and c.
void permute(NcnnNode& node) {
  enum { c = 1, h, w };
  static constexpr int images[6][3] = {{w, h, c}, {h, w, c}, {w, c, h},
                                       {c, w, h}, {h, c, w}, {c, h, w}};
  const int type = node.layer().integer(0);
  const std::size_t rank = node.rank(node.input());
  if (type < 0 || type >= (rank == 4 ? 6 : 2)) reject("order " + std::to_string(type));
  if (rank != 4 && rank != 3) reject("over a blob of one axis");
  Transpose op{type == 0 ? std::vector{0, 1, 2} : std::vector{0, 2, 1}};
  if (rank == 4) op.order = {0, images[type][2], images[type][1], images[type][0]};
  node.give(node.add(std::move(op), {node.input()}));
}

/// Keys 0 to 5: top, bottom, left, right, type, value.
void padding(NcnnNode& node) {
  if (node.layer().integer(4) != 0) refuse("padding by repeated or mirrored pixels");
  if (node.rank(node.input()) != 4) reject("over a blob that is no image");
  if (node.layer().integer(7) != 0 || node.layer().integer(8) != 0) refuse("padding of channels");
  Pad op{{0, 0, node.size(0, 0, 0), node.size(2, 0, 0)},
         {0, 0, node.size(1, 0, 0), node.size(3, 0, 0)},
         node.layer().real(5, 0)};
  node.give(node.add(std::move(op), {node.input()}));
}

/// Keys 0 to 4: kind, scale of h and w, height and width; 6: corners are aligned.
void interp(NcnnNode& node) {
  const int kind = node.layer().integer(0);
  if (kind != 1 && kind != 2) refuse("interpolation " + std::to_string(kind));
  if (node.input_count() != 1) refuse("a size that is computed");
  if (node.rank(node.input()) != 4) reject("over a blob that is no image");
  Resize op;
  op.mode = kind == 1 ? Resize::Mode::nearest : Resize::Mode::linear;
  if (kind == 1) {
    op.coordinates = Resize::Coordinates::asymmetric;
    op.rounding = Resize::Rounding::floor;
  } else if (node.layer().integer(6) != 0) {
    op.coordinates = Resize::Coordinates::align_corners;
  }
  op.height = node.size(3, 0, 0);
  op.width = node.size(4, 0, 0);
  if (op.height == 0 || op.width == 0) {
    op.scale_h = node.layer().real(1, 1);
    op.scale_w = node.layer().real(2, 1);
    const auto wrong = [](float scale) { return !(scale > 0) || scale > 1024; };
    if (wrong(op.scale_h) || wrong(op.scale_w)) reject("a scale that is no size");
  }
  node.give(node.add(op, {node.input()}));
}

void concat(NcnnNode& node) {
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  const std::size_t rank = node.rank(node.input());
  for (const NodeId id : inputs) {
    if (node.rank(id) != rank) reject("joins blobs of unlike axes");
  }
  const Concat op{NcnnNode::graph_axis(node.layer().integer(0), rank)};
  node.give(node.add(op, std::move(inputs)));
}

void pass_on(NcnnNode& node) { node.give(node.input()); }

}  // namespace bench::ncnn
