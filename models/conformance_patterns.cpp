#include "models/conformance_list.h"
#include "models/zoo/untrained.h"

namespace bench::conformance {
namespace {

constexpr ConvShape same3x3(int outputs) {
  return {.outputs = outputs, .kernel = 3, .pad = 1, .bias = true};
}

// Each pattern is a function from an empty network to a graph, tried on several widths and sizes.
using Pattern = Graph (*)(Untrained net, int width);

Graph conv_relu(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.relu("relu");
  return std::move(net).finish("out");
}

Graph conv_bn_clip(Untrained net, int width) {
  net.conv("conv", {.outputs = width, .kernel = 3, .stride = 2, .pad = 1});
  net.batch_norm("bn");
  net.relu6("relu6");
  return std::move(net).finish("out");
}

Graph conv_leaky(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.append("leaky", Activation{Activation::Kind::leaky_relu, 0.1f});
  return std::move(net).finish("out");
}

Graph conv_prelu(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.append("prelu", PRelu{Random(3).tensor({width}, -0.5f, 0.5f)});
  return std::move(net).finish("out");
}

Graph conv_swish_conv(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  const NodeId conv = net.here();
  net.append("sigmoid", Activation{Activation::Kind::sigmoid});
  net.join("swish", Arithmetic{Arithmetic::Kind::mul}, {conv, net.here()});
  net.conv("next", same3x3(7));
  return std::move(net).finish("out");
}

Graph residual(Untrained net, int width) {
  net.conv("stem", same3x3(width));
  const NodeId stem = net.relu("stem relu");
  net.conv("conv", same3x3(width));
  net.batch_norm("bn");
  net.add("add", stem);
  net.relu("relu");
  return std::move(net).finish("out");
}

// The sum's convolution comes second, the sum has no activation, and the stem is read once more.
Graph residual_reversed(Untrained net, int width) {
  const NodeId stem = net.conv("stem", same3x3(width));
  const NodeId conv = net.conv("conv", same3x3(width));
  const NodeId sum = net.join("add", Arithmetic{}, {stem, conv});
  net.join("once more", Arithmetic{Arithmetic::Kind::sub}, {sum, stem});
  return std::move(net).finish("out");
}

// Two convolutions are summed: only one of them can take the other in.
Graph sum_of_convs(Untrained net, int width) {
  const NodeId a = net.conv("a", same3x3(width));
  net.go_to(0, 3);
  net.conv("b", {.outputs = width});
  net.add("add", a);
  net.relu("relu");
  return std::move(net).finish("out");
}

Graph sum_with_broadcast(Untrained net, int width) {
  const NodeId conv = net.conv("conv", same3x3(width));
  net.append("mean", Reduce{Reduce::Kind::mean, {2, 3}, true});
  net.add("add", conv);
  net.relu("relu");
  return std::move(net).finish("out");
}

Graph read_twice(Untrained net, int width) {
  const NodeId conv = net.conv("conv", same3x3(width));
  const NodeId relu = net.relu("relu");
  const NodeId difference = net.join("difference", Arithmetic{Arithmetic::Kind::sub}, {relu, conv});
  Graph graph = std::move(net).finish("out");
  graph.outputs = {{"difference", difference}, {"conv", conv}, {"relu", relu}};
  return graph;
}

Graph batch_norm_of_a_conv_read_twice(Untrained net, int width) {
  const NodeId conv = net.conv("conv", same3x3(width));
  net.batch_norm("bn");
  net.add("add", conv);
  return std::move(net).finish("out");
}

Graph concat_of_convs(Untrained net, int width) {
  net.conv("squeeze", same3x3(5));
  const NodeId squeeze = net.relu("squeeze relu");
  net.conv("left", {.outputs = width, .bias = true});
  const NodeId left = net.relu("left relu");
  net.go_to(squeeze, 5);
  net.conv("right", same3x3(width + 3));
  const NodeId right = net.relu("right relu");
  net.join("concat", Concat{1}, {left, right, squeeze});
  net.go_to(net.here(), 2 * width + 8);
  net.conv("after", {.outputs = 6});
  return std::move(net).finish("out");
}

Graph depthwise_pointwise(Untrained net, int width) {
  net.conv("stem", {.outputs = width, .kernel = 3, .stride = 2, .pad = 1});
  for (const char* block : {"1", "2"}) {
    const std::string name(block);
    net.conv("dw" + name, {.outputs = width, .kernel = 3, .pad = 1, .groups = width, .bias = true});
    net.relu6("dw relu" + name);
    net.conv("pw" + name, {.outputs = width});
    net.batch_norm("pw bn" + name);
  }
  return std::move(net).finish("out");
}

Graph classifier(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.relu("relu");
  net.global_average_pool("mean");
  net.linear("fc", 10);
  net.append("softmax", Softmax{-1});
  return std::move(net).finish("out");
}

Graph fire_and_pool(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.relu("relu");
  net.max_pool("pool", 3, 2, 1);
  net.conv("next", same3x3(width));
  return std::move(net).finish("out");
}

Graph squeeze_and_excite(Untrained net, int width) {
  const NodeId conv = net.conv("conv", same3x3(width));
  net.append("mean", Reduce{Reduce::Kind::mean, {2, 3}, true});
  net.conv("down", {.outputs = 2, .bias = true});
  net.relu("relu");
  net.conv("up", {.outputs = width, .bias = true});
  const NodeId gate =
      net.append("gate", Activation{Activation::Kind::hard_sigmoid, 1.0f / 6, 0.5f});
  net.join("excited", Arithmetic{Arithmetic::Kind::mul}, {conv, gate});
  return std::move(net).finish("out");
}

Graph channel_shuffle(Untrained net, int width) {
  net.conv("conv", same3x3(2 * width));
  const auto copy = [](int axis) { return Dim{Dim::Kind::copy, 0, 0, axis}; };
  const auto fixed = [](std::int64_t value) { return Dim{Dim::Kind::fixed, value}; };
  const NodeId conv = net.here();
  net.append("split", Reshape{{copy(0), fixed(2), fixed(width), copy(2), copy(3)}});
  net.append("swap", Transpose{{0, 2, 1, 3, 4}});
  net.join("merge",
           Reshape{{Dim{Dim::Kind::copy, 0, 1, 0}, Dim{Dim::Kind::copy, 0, 1, 1},
                    Dim{Dim::Kind::copy, 0, 1, 2}, Dim{Dim::Kind::infer}}},
           {net.here(), conv});
  net.append("half", Slice{1, width, INT64_MAX, 1});
  net.go_to(net.here(), width);
  net.conv("next", same3x3(4));
  return std::move(net).finish("out");
}

Graph feature_pyramid(Untrained net, int width) {
  net.conv("fine", same3x3(width));
  const NodeId fine = net.relu("fine relu");
  net.conv("coarse", {.outputs = width, .kernel = 3, .stride = 2, .pad = 1});
  net.append("up", Resize{.coordinates = Resize::Coordinates::asymmetric,
                          .rounding = Resize::Rounding::floor,
                          .scale_h = 2,
                          .scale_w = 2});
  net.add("sum", fine);
  net.conv("out conv", {.outputs = 4});
  return std::move(net).finish("out");
}

// A detector's heads: N x H W x 2 scores and N x H W x 4 boxes.
Graph two_heads(Untrained net, int width) {
  net.conv("trunk", same3x3(width));
  const NodeId trunk = net.relu("trunk relu");
  std::vector<NodeId> ends;
  for (const int values : {2, 4}) {
    const std::string name = std::to_string(values);
    net.go_to(trunk, width);
    net.conv("head" + name, same3x3(values));
    net.append("last" + name, Transpose{{0, 2, 3, 1}});
    ends.push_back(
        net.append("rows" + name, Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::infer},
                                           Dim{Dim::Kind::fixed, values}}}));
  }
  net.go_to(ends[0], 2);
  const NodeId scores = net.append("scores", Softmax{-1});
  Graph graph = std::move(net).finish("out");
  graph.outputs = {{"scores", scores}, {"boxes", ends[1]}};
  return graph;
}

// Nothing may be fused across an activation that comes first.
Graph pre_activation(Untrained net, int width) {
  net.batch_norm("bn");
  net.relu("relu");
  net.conv("conv", same3x3(width));
  net.append("scale", PRelu{Tensor::of({1}, {0.25f})});
  net.batch_norm("last bn");
  return std::move(net).finish("out");
}

// One primitive could not tell the two slopes apart.
Graph relus_of_two_slopes(Untrained net, int width) {
  net.conv("conv", same3x3(width));
  net.append("leaky", Activation{Activation::Kind::leaky_relu, 0.4f});
  net.batch_norm("bn");
  net.relu("relu");
  return std::move(net).finish("out");
}

struct NamedPattern {
  const char* name;
  Pattern make;
};
constexpr NamedPattern patterns[] = {
    {"conv, relu", conv_relu},
    {"conv, batch norm, clip", conv_bn_clip},
    {"conv, leaky relu", conv_leaky},
    {"conv, prelu", conv_prelu},
    {"conv, leaky relu, batch norm, relu", relus_of_two_slopes},
    {"conv, swish, conv", conv_swish_conv},
    {"conv, add, relu", residual},
    {"add whose conv comes second", residual_reversed},
    {"sum of two convs, relu", sum_of_convs},
    {"conv plus its own mean", sum_with_broadcast},
    {"conv read twice", read_twice},
    {"batch norm of a conv read twice", batch_norm_of_a_conv_read_twice},
    {"concat of convs", concat_of_convs},
    {"depthwise and pointwise", depthwise_pointwise},
    {"global average pool, linear, softmax", classifier},
    {"conv, max pool, conv", fire_and_pool},
    {"squeeze and excite", squeeze_and_excite},
    {"channel shuffle", channel_shuffle},
    {"feature pyramid", feature_pyramid},
    {"two heads", two_heads},
    {"activation before conv", pre_activation},
};

// The image itself as an output, and one output twice.
Graph image_as_output() {
  Graph graph;
  graph.add("image", Input{{-1, 3, -1, -1}});
  const NodeId relu = graph.add("relu", Activation{}, {0});
  graph.outputs = {{"image", 0}, {"relu", relu}, {"again", relu}};
  return graph;
}

// Padding that many kernels won't take, and a map that is added.
Graph uneven_residual(Random& random) {
  Graph graph;
  graph.add("image", Input{{-1, 17, -1, -1}});
  Conv2d conv{random.tensor({17, 17, 2, 3}, -1, 1), Tensor()};
  conv.stride = {2, 1};
  conv.pad = {2, 1, 1, 1};
  const NodeId sums = graph.add("conv", std::move(conv), {0});
  graph.outputs = {{"sum", graph.add("sum", Arithmetic{}, {sums, 0})}};
  return graph;
}

}  // namespace

void add_patterns(List& list) {
  for (const auto& [name, make] : patterns) {
    for (const int width : {8, 16, 19}) {
      const Shape input = width == 8 ? Shape{2, 3, 8, 12} : Shape{1, 3, 10, 6};
      list.add("pattern: " + std::string(name) + ", width " + std::to_string(width),
               make(Untrained({.seed = list.random.next()}, {-1, 3, -1, -1}), width), input);
    }
  }
  list.add("pattern: conv with uneven padding, add", uneven_residual(list.random), {1, 17, 3, 6});
  list.add("pattern: the image as an output", image_as_output(), {1, 3, 4, 5});
}

}  // namespace bench::conformance
