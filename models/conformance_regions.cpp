#include "models/conformance_list.h"

namespace bench::conformance {
namespace {

// On an input of 32 x 24 pixels: all of it, a part, one pixel, partly and wholly outside, the wrong
// way round.
Tensor some_regions(int images) {
  const float corners[][4] = {{0, 0, 31, 23},  {3, 5, 17, 20},   {9, 9, 9, 9},
                              {-9, 4, 12, 40}, {90, 90, 99, 99}, {20, 15, 10, 6}};
  Tensor regions({6, 5});
  const auto values = regions.data<float>();
  for (std::size_t i = 0; i < 6; ++i) {
    values[5 * i] = static_cast<float>(static_cast<int>(i) % images);
    for (std::size_t k = 0; k < 4; ++k) values[5 * i + 1 + k] = corners[i][k];
  }
  return regions;
}

struct PoolCase {
  Pair size;
  float scale;
  Shape features;
};

void add_pools(List& list) {
  const PoolCase pools[] = {{{7, 7}, 0.25f, {1, 16, 6, 8}},
                            {{2, 3}, 0.5f, {2, 5, 12, 16}},
                            {{1, 1}, 1, {1, 33, 24, 32}},
                            {{6, 2}, 0.0625f, {1, 1, 2, 2}}};
  for (const auto& [size, scale, features] : pools) {
    const std::string name =
        "RoiPool: " + std::to_string(size.h) + "x" + std::to_string(size.w) + " on ";
    Graph graph;
    graph.add("image", Input{opened(features)});
    const int images = static_cast<int>(features[0]);
    graph.add("regions", Constant{some_regions(images)});
    graph.outputs = {{"result", graph.add("node", RoiPool{size, scale}, {0, 1})}};
    list.add(name + to_string(features), std::move(graph), features);
  }
}

// Maps of every fourth pixel of the image, exactly: which proposal is the better one must not hang
// on how a sum is rounded.
NodeId add_proposals(Graph& graph, int anchors) {
  const auto slice = [&](const std::string& name, int axis, std::int64_t begin, std::int64_t end,
                         std::int64_t step, NodeId of) {
    return graph.add(name, Slice{axis, begin, end, step}, {of});
  };
  const NodeId rows = slice("rows", 2, 0, INT64_MAX, 4, 0);
  const NodeId cells = slice("cells", 3, 0, INT64_MAX, 4, rows);
  const NodeId scores = slice("scores", 1, 0, 2 * anchors, 1, cells);
  const NodeId deltas = slice("deltas", 1, 2 * anchors, 6 * anchors, 1, cells);
  Proposals op{.base_size = 8, .scales = {1, 2}, .ratios = {0.5f, 1, 2}, .stride = 4};
  op.scales.resize(static_cast<std::size_t>(anchors / 3));
  op.candidates = 40;
  op.kept = 5;
  op.min_size = 5;
  return graph.add("proposals", op, {scores, deltas, 0});
}

void add_proposals(List& list) {
  for (const int images : {1, 2}) {
    for (const int anchors : {3, 6}) {
      const Shape image{images, 6 * anchors, 24, 32};
      Graph graph;
      graph.add("image", Input{opened(image)});
      graph.outputs = {{"regions", add_proposals(graph, anchors)}};
      list.add("Proposals: " + std::to_string(anchors) + " anchors on " + to_string(image),
               std::move(graph), image);
    }
  }
}

// Fast R-CNN's head: there are more regions than images.
void add_head(List& list, int width, int images) {
  const Shape image{images, 18, 24, 32};
  Graph graph;
  graph.add("image", Input{opened(image)});
  const NodeId regions = add_proposals(graph, 3);
  const auto weights = [&](Shape shape) {
    return list.random.tensor(std::move(shape), -0.3f, 0.3f);
  };
  Conv2d conv{weights({width, 18, 3, 3}), weights({width})};
  conv.stride = {2, 2};
  conv.pad = {1, 1, 1, 1};
  NodeId last = graph.add("conv", std::move(conv), {0});
  last = graph.add("relu", Activation{}, {last});
  last = graph.add("pool", RoiPool{{3, 2}, 0.5f}, {last, regions});
  last = graph.add("flat", Reshape{{{Dim::Kind::copy}, {Dim::Kind::infer}}}, {last});
  last = graph.add("fc", Linear{weights({10, 6 * width}), weights({10})}, {last});
  last = graph.add("fc relu", Activation{}, {last});
  const NodeId scores = graph.add("logits", Linear{weights({4, 10}), weights({4})}, {last});
  graph.outputs = {{"scores", graph.add("softmax", Softmax{-1}, {scores})}};
  list.add("pattern: head over proposals, width " + std::to_string(width) + ", images " +
               std::to_string(images),
           std::move(graph), image);
}

}  // namespace

void add_regions(List& list) {
  add_pools(list);
  add_proposals(list);
  for (const int width : {8, 19}) add_head(list, width, width == 8 ? 1 : 2);
}

}  // namespace bench::conformance
