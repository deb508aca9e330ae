#include "models/conformance_binary.h"

namespace bench {
namespace conformance {
namespace {

const char* padding_name(float value) { return value < 0 ? "-1" : value > 0 ? "+1" : "0"; }

// Where the padding stands: in the convolution, or in a Pad before or after the sign.
enum class Place { convolution, before, after };

void add_single(List& list, int channels, const BinaryLayerShape& layer, Place place, float value,
                int padding, const Shape& input) {
  BinaryWriter net(list.random, channels);
  BinaryLayerShape l = layer;
  const float scale = layer.powers_of_two ? 0.5f : 0.7f;
  if (place == Place::before) net.pad("pad", padding, value);
  net.sign("sign", scale);
  if (place == Place::after) net.pad("pad", padding, value == 0 ? 0 : value * scale);
  if (place == Place::convolution) l.pad = all(padding);
  net.conv("conv", l);
  std::string name = "binary: conv " + std::to_string(channels) + "->" +
                     std::to_string(layer.outputs) + " " + std::to_string(layer.kernel) + "x" +
                     std::to_string(layer.kernel) + " stride " + std::to_string(layer.stride) +
                     " dilation " + std::to_string(layer.dilation) + " groups " +
                     std::to_string(layer.groups) + " pad " + std::to_string(padding) + " of " +
                     padding_name(value);
  name += place == Place::before ? " before the sign" : place == Place::after ? " after it" : "";
  if (layer.bias) name += ", bias";
  if (layer.per_output) name += ", scale per output";
  if (!layer.powers_of_two) name += ", any scale";
  list.add(name + " on " + to_string(input), std::move(net).finish(), input);
}

void add_singles(List& list) {
  const std::vector<int> widths = {1, 2, 3, 7, 8, 31, 32, 33, 48, 63, 64, 65, 96, 100, 128, 160};
  for (const int channels : widths) {
    const Shape input = {1, channels, 6, 5};
    const int outputs = channels % 2 == 0 ? channels : channels + 2;
    for (const float value : {-1.0f, 0.0f, 1.0f}) {
      const Place place = value == 0 ? Place::convolution : Place::after;
      add_single(list, channels, {.outputs = outputs}, place, value, 1, input);
    }
    add_single(list, channels, {.outputs = outputs, .kernel = 1, .stride = 2}, Place::convolution,
               0, 0, {2, channels, 7, 5});
    add_single(list, channels, {.outputs = 5, .bias = true, .per_output = true}, Place::before, 0,
               1, input);
    add_single(list, channels,
               {.outputs = 17, .bias = true, .powers_of_two = false, .per_output = true},
               Place::convolution, 0, 1, input);
  }
  for (const int groups : {2, 4, 16}) {
    const Shape input = {2, 48, 7, 9};
    for (const float value : {-1.0f, 0.0f, 1.0f}) {
      const Place place = value == 0 ? Place::convolution : Place::after;
      add_single(list, 48, {.outputs = 32, .groups = groups}, place, value, 1, input);
      add_single(list, 48, {.outputs = 48, .stride = 2, .dilation = 2, .groups = groups}, place,
                 value, 2, input);
    }
  }
  for (const int kernel : {1, 2, 5}) {
    const Shape input = {3, 40, 9, 11};
    add_single(list, 40, {.outputs = 33, .kernel = kernel, .stride = 2}, Place::after, -1, 2,
               input);
    add_single(list, 40, {.outputs = 33, .kernel = kernel, .dilation = 2}, Place::convolution, 0, 2,
               input);
    add_single(list, 40, {.outputs = 33, .kernel = kernel}, Place::after, 0, 1, input);
  }
  add_single(list, 40, {.outputs = 40, .groups = 40}, Place::after, -1, 1, {1, 40, 6, 6});
  add_single(list, 20, {.outputs = 12, .groups = 1}, Place::before, -0.25f, 1, {1, 20, 6, 6});
}

// Rows as they come, and rows of rows.
void add_dense(List& list) {
  for (const int inputs : {1, 5, 32, 100, 257}) {
    BinaryWriter net(list.random, inputs, false);
    net.sign("sign", 0.5f);
    net.linear("fc", inputs, {.outputs = 9, .bias = true, .per_output = true});
    list.add("binary: linear " + std::to_string(inputs), std::move(net).finish(), {3, inputs});
  }
  Graph graph;
  graph.add("rows", Input{{-1, -1, 40}});
  Linear linear{list.random.tensor({12, 40}, -1, 1), Tensor(), signs_times(0.5f)};
  const NodeId sign = graph.add("sign", FakeQuantize{signs_times(1)}, {0});
  graph.outputs = {{"fc", graph.add("fc", std::move(linear), {sign})}};
  list.add("binary: linear on rows of rows", std::move(graph), {2, 5, 40});
}

// Weights that are numbers already, and a bias on a grid.
void add_numbers(List& list) {
  Graph graph;
  graph.add("image", Input{{-1, 6, -1, -1}});
  Conv2d conv;
  conv.weight = Tensor({10, 6, 3, 3}, DType::i8);
  for (std::int8_t& w : conv.weight.data<std::int8_t>()) {
    w = list.random.integer(0, 1) == 1 ? std::int8_t{1} : std::int8_t{-1};
  }
  conv.bias = list.random.tensor({10}, -3, 3);
  conv.weight_grid = signs_per_output(list.random, 10, true);
  conv.bias_grid = Grid{.bits = 8, .scale = {0.25f}};
  const NodeId sign = graph.add("sign", FakeQuantize{signs_times(1)}, {0});
  graph.outputs = {{"conv", graph.add("conv", std::move(conv), {sign})}};
  list.add("binary: weights that are numbers, a bias on a grid", std::move(graph), {1, 6, 5, 5});
}

}  // namespace
}  // namespace conformance

std::vector<ConformanceCase> binary_conformance_cases(std::uint64_t seed) {
  conformance::List list(seed);
  conformance::add_singles(list);
  conformance::add_binary_patterns(list);
  conformance::add_dense(list);
  conformance::add_numbers(list);
  return std::move(list.cases);
}

}  // namespace bench
