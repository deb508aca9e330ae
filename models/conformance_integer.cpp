#include <algorithm>

#include "models/conformance_list.h"
#include "models/conformance_quantize.h"
#include "models/passes/passes.h"
#include "models/reference.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace conformance {
namespace {

// An example whose sizes are those of the case.
Tensor example(const ConformanceCase& c) { return conformance_input(c, 3); }

void add_quantized(List& list, const ConformanceCase& c, const Style& style) {
  const Graph folded = fold_batch_norm(c.graph);
  list.add(c.name + "; " + to_string(style), quantized(folded, style, example(c)), c.input);
}

// MobileNetV2's: expand, depthwise, project, and a sum without an activation.
Graph inverted_residual(Untrained net, int width) {
  NodeId sum = net.conv("stem", {.outputs = width, .kernel = 3, .stride = 2, .pad = 1});
  for (const char* block : {"1", "2"}) {
    const std::string name(block);
    net.conv("expand" + name, {.outputs = 3 * width, .bias = true});
    net.relu6("expand relu" + name);
    net.conv("depthwise" + name,
             {.outputs = 3 * width, .kernel = 3, .pad = 1, .groups = 3 * width, .bias = true});
    net.relu6("depthwise relu" + name);
    net.conv("project" + name, {.outputs = width, .bias = true});
    sum = net.add("sum" + name, sum);
  }
  return std::move(net).finish("out");
}

// ResNet's: a narrow 3x3 between two 1x1, and a projection beside them.
Graph bottleneck(Untrained net, int width) {
  net.conv("stem", {.outputs = width, .kernel = 3, .pad = 1});
  const NodeId stem = net.relu("stem relu");
  net.conv("reduce", {.outputs = width / 2, .bias = true});
  net.relu("reduce relu");
  net.conv("conv", {.outputs = width / 2, .kernel = 3, .stride = 2, .pad = 1, .bias = true});
  net.relu("conv relu");
  const NodeId last = net.conv("restore", {.outputs = 2 * width, .bias = true});
  net.go_to(stem, width);
  net.conv("shortcut", {.outputs = 2 * width, .stride = 2, .bias = true});
  net.add("sum", last);
  net.relu("sum relu");
  return std::move(net).finish("out");
}

// DeepLab's head: branches joined, one of them an average stretched over all pixels again.
Graph pyramid_pooling(Untrained net, int width) {
  net.conv("stem", {.outputs = width, .kernel = 3, .pad = 1});
  const NodeId stem = net.relu("stem relu");
  net.conv("branch", {.outputs = width, .bias = true});
  const NodeId branch = net.relu("branch relu");
  net.go_to(stem, width);
  net.append("mean", Reduce{Reduce::Kind::mean, {2, 3}, true});
  net.conv("pooled", {.outputs = width, .bias = true});
  net.relu("pooled relu");
  const NodeId pooled =
      net.append("stretched", Resize{.mode = Resize::Mode::linear,
                                     .coordinates = Resize::Coordinates::align_corners,
                                     .height = 8,
                                     .width = 10});
  net.join("concat", Concat{1}, {branch, pooled});
  net.go_to(net.here(), 2 * width);
  net.conv("scores", {.outputs = 5, .bias = true});
  net.append("upsampled", Resize{.mode = Resize::Mode::linear,
                                 .coordinates = Resize::Coordinates::align_corners,
                                 .height = 15,
                                 .width = 19});
  return std::move(net).finish("out");
}

// MobileNetV3's activation in single steps, padding as TFLite files have it, and a gate of one
// number for each channel of an image.
Graph gated(Untrained net, int width) {
  net.append("padded", Pad{{0, 0, 0, 0}, {0, 0, 1, 1}});
  const NodeId conv = net.conv("conv", {.outputs = width, .kernel = 3, .stride = 2, .bias = true});
  net.append("gate", Activation{Activation::Kind::hard_sigmoid, 1.0f / 6, 0.5f});
  net.join("swish", Arithmetic{Arithmetic::Kind::mul}, {conv, net.here()});
  const NodeId swish = net.here();
  net.append("mean", Reduce{Reduce::Kind::mean, {-1, -2}, true});
  net.append("sigmoid", Activation{Activation::Kind::sigmoid});
  net.join("scaled", Arithmetic{Arithmetic::Kind::mul}, {net.here(), swish});
  net.append("tanh", Activation{Activation::Kind::tanh});
  return std::move(net).finish("out");
}

// YOLO's and face networks': leaky ReLUs and PRelus behind layers of every kind, one of them in a
// sum, one clamped.
Graph leaky(Untrained net, int width) {
  const Activation slope{Activation::Kind::leaky_relu, 0.1f};
  net.conv("stem", {.outputs = width, .kernel = 3, .stride = 2, .pad = 1});
  const NodeId stem = net.append("stem leaky", slope);
  net.conv("depthwise", {.outputs = width, .kernel = 3, .pad = 1, .groups = width, .bias = true});
  net.append("depthwise prelu", PRelu{Random(4).tensor({width}, 0.05f, 1.5f)});
  net.conv("project", {.outputs = width, .bias = true});
  net.append("project leaky", slope);
  net.add("sum", stem);
  net.conv("conv", {.outputs = 5, .kernel = 3, .pad = 1, .bias = true});
  net.append("conv leaky", Activation{Activation::Kind::leaky_relu, 0.25f});
  net.append("clip", Activation{Activation::Kind::clip, -0.1f, 1});
  net.append("mean", Reduce{Reduce::Kind::mean, {2, 3}, false});
  net.linear("fc", 7);
  net.append("fc prelu", PRelu{Random(5).tensor({7}, 0.05f, 0.5f)});
  return std::move(net).finish("out");
}

using Block = Graph (*)(Untrained net, int width);
struct NamedBlock {
  const char* name;
  Block make;
};
constexpr NamedBlock blocks[] = {{"inverted residual", inverted_residual},
                                 {"bottleneck", bottleneck},
                                 {"pyramid pooling", pyramid_pooling},
                                 {"gated", gated},
                                 {"leaky", leaky}};

std::vector<ConformanceCase> float_blocks(List& list) {
  std::vector<ConformanceCase> cases;
  for (const auto& [name, make] : blocks) {
    for (const int width : {8, 16, 20}) {
      cases.push_back({"block: " + std::string(name) + ", width " + std::to_string(width),
                       make(Untrained({.seed = list.random.next()}, {-1, 3, -1, -1}), width),
                       width == 16 ? Shape{2, 3, 8, 10} : Shape{1, 3, 8, 10}});
    }
  }
  return cases;
}

Scheme symmetric(int bits) { return {.bits = bits, .narrow = true}; }

Scheme affine(int bits, bool is_signed) {
  return {.form = Scheme::Form::affine, .bits = bits, .is_signed = is_signed, .narrow = false};
}

// As TFLite, TensorFlow and ONNX Runtime quantise.
std::vector<Style> known_styles() {
  const Style tflite{.edges = affine(8, true), .weights = symmetric(8), .per_channel = true};
  Style numbers = tflite, tensorflow = tflite;
  numbers.as_numbers = true;
  numbers.after_moves = Style::AfterMoves::same;
  tensorflow.edges = tensorflow.weights = affine(8, false);
  tensorflow.per_channel = false;
  tensorflow.behind_slopes = numbers.behind_slopes = true;
  return {tflite, numbers, tensorflow};
}

// Grids only where layers read: on what a moving op, a pool or a clamp gives.
Graph at_layer_inputs(const ConformanceCase& c, EdgeScheme input) {
  const Graph folded = fold_batch_norm(c.graph);
  Ranges ranges;
  evaluate_showing(folded, example(c), [&](NodeId id, const Tensor& value) {
    const auto [least, most] = std::ranges::minmax(value.data<float>());
    ranges[folded.nodes[static_cast<std::size_t>(id)].name] = {least, most};
  });
  NodeScheme scheme;
  scheme.weight = symmetric(8);
  scheme.weight_per_channel = true;
  scheme.input = input;
  const QuantizeRule rules[] = {{{}, scheme}};
  return quantize(folded, rules, ranges);
}

void add_mixed(List& list, const ConformanceCase& c) {
  list.add("mixed: at layers' inputs; " + c.name, at_layer_inputs(c, affine(8, false)), c.input);
  list.add("mixed: dynamic; " + c.name, at_layer_inputs(c, DynamicGrid{}), c.input);
  list.add("mixed: 16 bits; " + c.name, at_layer_inputs(c, symmetric(16)), c.input);
  Scheme offset = affine(8, false);
  offset.form = Scheme::Form::offset;
  list.add("mixed: with an offset; " + c.name, at_layer_inputs(c, offset), c.input);
}

}  // namespace
}  // namespace conformance

std::vector<ConformanceCase> integer_conformance_cases(std::uint64_t seed) {
  conformance::List list(seed);
  for (const ConformanceCase& c : conformance_cases(seed)) {
    conformance::add_quantized(list, c, conformance::drawn_style(list.random));
  }
  for (const ConformanceCase& c : conformance::float_blocks(list)) {
    for (const auto& style : conformance::known_styles())
      conformance::add_quantized(list, c, style);
    conformance::add_quantized(list, c, conformance::drawn_style(list.random));
    conformance::add_mixed(list, c);
  }
  return std::move(list.cases);
}

}  // namespace bench
