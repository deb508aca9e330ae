#include "models/zoo/faster_rcnn_vgg16.h"

#include <algorithm>

#include "models/passes/layers.h"
#include "models/zoo/vgg16.h"

namespace bench {
namespace {

constexpr int short_side = 600;  // of the image, pixels
constexpr int bins = 7;          // of a region, along each side

struct Sizes {
  int bins = 0, anchors = 0, classes = 0;
  Proposals proposals{};
};

Sizes sizes_of(const Build& build, const Shape& image) {
  const auto side = static_cast<int>(std::min({image[2], image[3], std::int64_t{short_side}}));
  const float share = static_cast<float>(side) / short_side;
  const auto up = [&](int published) { return (published * side + short_side - 1) / short_side; };
  Sizes sizes{.bins = up(bins), .classes = classes_of(build, 21)};
  Proposals& op = sizes.proposals;
  for (float& scale : op.scales) scale *= share;
  sizes.anchors = static_cast<int>(op.scales.size() * op.ratios.size());
  op.candidates = up(6000);
  op.kept = up(300);
  // 16 pixels of the photograph; most of VOC's are 500 x 375, which are made 1.6 times larger.
  op.min_size = 16 * 1.6f * share;
  return sizes;
}

// Layers that give scores and boxes begin near 0: a tenth of He's width. (Published: a deviation of
// 0.01 and 0.001.)
void quieten(Graph& graph, const char* name) {
  Op& op = graph.nodes[static_cast<std::size_t>(find_node(graph, name))].op;
  if (weight_of(op)->type() != DType::f32) return;
  for (float& weight : weight_of(op)->data<float>()) weight /= 10;
}

// N x 2A x h x w: the softmax of each anchor's two numbers, which are A planes apart.
NodeId anchor_scores(Untrained& net, NodeId logits, int anchors) {
  const auto copy = [](int source, int axis) { return Dim{Dim::Kind::copy, 0, source, axis}; };
  const Dim infer{Dim::Kind::infer};
  net.join("rpn_pairs", Reshape{{copy(0, 0), {Dim::Kind::fixed, 2}, infer, copy(0, 3)}}, {logits});
  net.append("rpn_softmax", Softmax{1});
  return net.join("rpn_scores",
                  Reshape{{copy(0, 0), {Dim::Kind::fixed, 2 * anchors}, infer, copy(0, 3)}},
                  {net.here()});
}

}  // namespace

Graph faster_rcnn_vgg16(const Build& build) {
  const Shape image = build.image.h > 0 ? image_of(build, 0) : Shape{-1, 3, 600, 1000};
  const Sizes sizes = sizes_of(build, image);
  Untrained net(build, image);
  const NodeId features = vgg16_convolutions(net, build);
  const int channels = net.channels();
  net.conv("rpn_conv_3x3", {.outputs = channels, .kernel = 3, .pad = 1, .bias = true});
  const NodeId region_features = net.relu("rpn_relu");
  const NodeId rpn_logits = net.conv("rpn_cls_score", {.outputs = 2 * sizes.anchors, .bias = true});
  const NodeId scores = anchor_scores(net, rpn_logits, sizes.anchors);
  net.go_to(region_features, channels);
  const NodeId rpn_deltas = net.conv("rpn_bbox_pred", {.outputs = 4 * sizes.anchors, .bias = true});
  const NodeId rois = net.join("rois", sizes.proposals, {scores, rpn_deltas, 0});
  net.go_to(features, channels);
  net.join("roi_pool", RoiPool{{sizes.bins, sizes.bins}}, {features, rois});
  net.flatten("flatten", sizes.bins * sizes.bins);
  const int hidden = std::max(1, channels_of(build, 4096) * sizes.bins / bins);
  net.linear("fc6", hidden);
  net.relu("relu6");
  net.linear("fc7", hidden);
  const NodeId last = net.relu("relu7");
  const NodeId logits = net.linear("cls_score", sizes.classes);
  net.go_to(last, hidden);
  const NodeId deltas = net.linear("bbox_pred", 4 * sizes.classes);
  Graph graph = std::move(net).finish({{"rpn_logits", rpn_logits},
                                       {"rpn_deltas", rpn_deltas},
                                       {"rois", rois},
                                       {"logits", logits},
                                       {"deltas", deltas}});
  for (const char* name : {"rpn_cls_score", "rpn_bbox_pred", "cls_score", "bbox_pred"}) {
    quieten(graph, name);
  }
  return graph;
}

}  // namespace bench
