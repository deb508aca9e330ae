#include "models/conformance_list.h"

namespace bench::conformance {
namespace {

// The image beside its negation and its double.
void add_concats(List& list) {
  for (const int axis : {0, 1, 2, 3, -1}) {
    const Shape image{2, 5, 3, 4};
    Graph graph;
    graph.add("image", Input{opened(image)});
    const NodeId b = graph.add("b", Activation{Activation::Kind::neg}, {0});
    const NodeId c = graph.add("c", Arithmetic{}, {0, 0});
    graph.outputs = {{"result", graph.add("node", Concat{axis}, {0, b, c, 0})}};
    list.add("Concat: axis " + std::to_string(axis), std::move(graph), image);
  }
  list.single("of one", Concat{1}, {1, 5, 3, 3});
}

void add_slices(List& list) {
  const Shape image{2, 20, 5, 7};
  list.single("channels 3 to 11", Slice{1, 3, 11, 1}, image);
  list.single("the first 16 channels", Slice{1, 0, 16, 1}, image);
  list.single("the last 4 channels", Slice{1, -4, INT64_MAX, 1}, image);
  list.single("every other row", Slice{2, 0, INT64_MAX, 2}, image);
  list.single("every third column from 1", Slice{-1, 1, 7, 3}, image);
  list.single("one image", Slice{0, 1, 2, 1}, image);
}

void add_reshapes(List& list) {
  const auto copy = [](int axis) { return Dim{Dim::Kind::copy, 0, 0, axis}; };
  const auto fixed = [](std::int64_t value) { return Dim{Dim::Kind::fixed, value}; };
  const Dim infer{Dim::Kind::infer};
  const Shape image{2, 12, 4, 5};
  list.single("flatten", Reshape{{copy(0), infer}}, image);
  list.single("rows of 2", Reshape{{copy(0), infer, fixed(2)}}, image);
  list.single("groups", Reshape{{copy(0), fixed(3), fixed(4), copy(2), copy(-1)}}, image);
  list.single("all in one", Reshape{{infer}}, image);
}

}  // namespace

void add_movement(List& list) {
  add_concats(list);
  add_slices(list);
  add_reshapes(list);
  list.single("to channels last", Transpose{{0, 2, 3, 1}}, {2, 6, 5, 7});
  list.single("swap pixels", Transpose{{0, 1, 3, 2}}, {1, 17, 4, 5});
  list.single("batch and channels", Transpose{{1, 0, 2, 3}}, {3, 8, 2, 5});
  list.single("of a matrix", Transpose{{1, 0}}, {4, 9});
  list.single("of three", Transpose{{0, 2, 1}}, {2, 5, 6});
}

}  // namespace bench::conformance
