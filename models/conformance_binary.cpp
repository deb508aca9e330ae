#include <string>
#include <utility>
#include <vector>

#include "models/conformance_list.h"

namespace bench {
namespace conformance {
namespace {

const Grid kSigns{.bits = 1, .scale = {1}};

Grid signs_times(float scale) {
  Grid grid = kSigns;
  grid.scale = {scale};
  return grid;
}

Grid signs_per_output(Random& random, int outputs, bool powers_of_two) {
  Grid grid = kSigns;
  grid.axis = 0;
  grid.scale.clear();
  grid.zero_point.assign(static_cast<std::size_t>(outputs), 0);
  for (int o = 0; o < outputs; ++o) {
    grid.scale.push_back(powers_of_two ? (o % 3 == 0 ? 0.25f : 0.5f) : random.uniform(0.1f, 1));
  }
  return grid;
}

struct Layer {
  int outputs = 8, kernel = 3, stride = 1, dilation = 1, groups = 1;
  Padding pad{};
  bool bias = false, powers_of_two = true, per_output = false;
};

// Writes a network with binary layers. Channels and size of the maps are followed by hand.
class Writer {
 public:
  Writer(Random& random, int channels, bool open = true) : random_(random), channels_(channels) {
    graph_.add("image", Input{open ? Shape{-1, channels, -1, -1} : Shape{-1, channels}});
  }

  NodeId put(const std::string& name, Op op) { return put(name, std::move(op), {here_}); }
  NodeId put(const std::string& name, Op op, std::vector<NodeId> inputs) {
    return here_ = graph_.add(name, std::move(op), std::move(inputs));
  }
  NodeId sign(const std::string& name, float scale = 1) {
    return put(name, FakeQuantize{signs_times(scale)});
  }
  NodeId pad(const std::string& name, int size, float value) {
    return put(name, Pad{{0, 0, size, size}, {0, 0, size, size}, value});
  }
  NodeId conv(const std::string& name, const Layer& layer) {
    Conv2d conv;
    conv.weight = random_.tensor(
        {layer.outputs, channels_ / layer.groups, layer.kernel, layer.kernel}, -1, 1);
    if (layer.bias) conv.bias = bias(layer.outputs, layer.powers_of_two);
    conv.stride = {layer.stride, layer.stride};
    conv.dilation = {layer.dilation, layer.dilation};
    conv.groups = layer.groups;
    conv.pad = layer.pad;
    conv.weight_grid = grid(layer);
    channels_ = layer.outputs;
    return put(name, std::move(conv));
  }
  NodeId linear(const std::string& name, int inputs, const Layer& layer) {
    Linear linear;
    linear.weight = random_.tensor({layer.outputs, inputs}, -1, 1);
    if (layer.bias) linear.bias = bias(layer.outputs, layer.powers_of_two);
    linear.weight_grid = grid(layer);
    channels_ = layer.outputs;
    return put(name, std::move(linear));
  }
  NodeId float_conv(const std::string& name, int outputs) {
    Conv2d conv{random_.tensor({outputs, channels_, 3, 3}, -0.3f, 0.3f), Tensor()};
    conv.pad = {1, 1, 1, 1};
    channels_ = outputs;
    return put(name, std::move(conv));
  }
  // `shrinks`: some of gamma are negative, and one is 0.
  NodeId batch_norm(const std::string& name, bool shrinks = false) {
    BatchNorm norm{random_.tensor({channels_}, 0.5f, 2), random_.tensor({channels_}, -1, 1),
                   random_.tensor({channels_}, -3, 3), random_.tensor({channels_}, 0.5f, 20)};
    if (shrinks) {
      const auto gamma = norm.gamma.data<float>();
      for (std::size_t c = 0; c < gamma.size(); c += 2) gamma[c] = -gamma[c];
      gamma[gamma.size() / 2] = 0;
    }
    return put(name, std::move(norm));
  }
  NodeId relu(const std::string& name) { return put(name, Activation{}); }
  NodeId max_pool(const std::string& name, int kernel, int stride, int padding = 0) {
    return put(name, MaxPool{{kernel, kernel},
                             {stride, stride},
                             {padding, padding, padding, padding},
                             {1, 1},
                             false});
  }
  NodeId flatten(const std::string& name) {
    return put(name, Reshape{{Dim{Dim::Kind::copy, 0, 0, 0}, Dim{Dim::Kind::infer}}});
  }
  NodeId constant(const std::string& name, Tensor value) {
    return graph_.add(name, Constant{std::move(value)});
  }
  NodeId here() const { return here_; }
  Writer& go_to(NodeId node, int channels) {
    here_ = node;
    channels_ = channels;
    return *this;
  }
  int channels() const { return channels_; }
  Random& random() { return random_; }

  Graph finish() && { return std::move(*this).finish({here_}); }
  Graph finish(std::vector<NodeId> outputs) && {
    for (const NodeId id : outputs) {
      graph_.outputs.push_back({graph_.nodes[static_cast<std::size_t>(id)].name, id});
    }
    return std::move(graph_);
  }

 private:
  Grid grid(const Layer& layer) {
    if (layer.per_output) return signs_per_output(random_, layer.outputs, layer.powers_of_two);
    return signs_times(layer.powers_of_two ? 0.5f : 0.3f);
  }
  Tensor bias(int outputs, bool powers_of_two) {
    Tensor bias = random_.tensor({outputs}, -4, 4);
    if (!powers_of_two) return bias;
    for (float& b : bias.data<float>()) b = static_cast<float>(static_cast<int>(b * 2)) / 2;
    return bias;
  }

  Random& random_;
  Graph graph_;
  NodeId here_ = 0;
  int channels_;
};

constexpr Padding all(int size) { return {size, size, size, size}; }

const char* padding_name(float value) { return value < 0 ? "-1" : value > 0 ? "+1" : "0"; }

// Where the padding stands: in the convolution, or in a Pad before or after the sign.
enum class Place { convolution, before, after };

void add_single(List& list, int channels, const Layer& layer, Place place, float value, int padding,
                const Shape& input) {
  Writer net(list.random, channels);
  Layer l = layer;
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

// Each pattern is a function from an empty network to a graph, tried on several widths.
using Pattern = Graph (*)(Writer net, int width);

Graph chain(Writer net, int width) {
  net.float_conv("stem", width);
  net.batch_norm("bn0");
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.batch_norm("bn1", true);
  net.sign("sign1", 0.5f);
  net.pad("pad", 1, -0.5f);
  net.conv("conv2", {.outputs = width, .bias = true});
  net.batch_norm("bn2", true);
  return std::move(net).finish();
}

Graph chain_with_relu(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1), .bias = true, .per_output = true});
  net.batch_norm("bn1", true);
  net.put("leaky", Activation{Activation::Kind::leaky_relu, 0.25f});
  const NodeId shift = net.constant("shift", net.random().tensor({width, 1, 1}, -2, 2));
  net.put("shifted", Arithmetic{}, {net.here(), shift});
  net.put("prelu", PRelu{net.random().tensor({width}, 0, 0.5f)});
  net.put("clip", Activation{Activation::Kind::clip, -3, 6});
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  net.relu("relu");
  net.put("slope", PRelu{net.random().tensor({width}, -0.5f, 0.5f)});
  return std::move(net).finish();
}

Graph pool_in_chain(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.max_pool("pool", 2, 2);
  net.batch_norm("bn");
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

// The least sum has the largest sign in some channels: pooling may not come last.
Graph pool_before_a_falling_function(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.max_pool("pool", 2, 2);
  net.batch_norm("bn", true);
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph pool_after_the_sign(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.batch_norm("bn", true);
  net.sign("sign1", 0.25f);
  net.max_pool("pool", 3, 2, 1);
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph pool_before_the_sign(Writer net, int width) {
  net.float_conv("stem", width);
  net.batch_norm("bn", true);
  net.max_pool("pool", 3, 2, 1);
  net.batch_norm("again", true);
  net.max_pool("pool again", 2, 1);
  net.relu("relu");
  const NodeId shift = net.constant("shift", Tensor::of({1}, {-0.5f}));
  net.put("shifted", Arithmetic{}, {shift, net.here()});
  net.sign("sign");
  net.conv("conv", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph always_positive(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width});
  net.relu("relu");
  net.max_pool("pool", 2, 1);
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .kernel = 1});
  return std::move(net).finish();
}

// The ResNet of BMXNet: batch norm and sign before every convolution, (K + dot) / 2 behind it, and
// a pointwise convolution of the same signs where the size changes.
Graph residual(Writer net, int width) {
  const auto popcounts = [&](const std::string& name, int outputs, int kernel, int stride,
                             NodeId from, int channels) {
    net.go_to(from, channels);
    if (kernel > 1) net.pad("pad " + name, kernel / 2, 0);
    net.sign("sign " + name);
    return net.conv(name, {.outputs = outputs, .kernel = kernel, .stride = stride});
  };
  net.float_conv("stem", width);
  NodeId sum = net.max_pool("pool", 2, 2);
  NodeId bn = net.batch_norm("bn1");
  popcounts("conv1", width, 3, 1, bn, width);
  bn = net.batch_norm("bn2");
  const NodeId conv2 = popcounts("conv2", width, 3, 1, bn, width);
  sum = net.put("sum1", Arithmetic{}, {conv2, sum});
  bn = net.batch_norm("bn3");
  popcounts("conv3", 2 * width, 3, 2, bn, width);
  const NodeId bn4 = net.batch_norm("bn4");
  const NodeId conv4 = popcounts("conv4", 2 * width, 3, 1, bn4, 2 * width);
  const NodeId down = popcounts("down", 2 * width, 1, 2, bn, width);
  sum = net.put("sum2", Arithmetic{}, {conv4, down});
  net.batch_norm("bn5");
  net.relu("relu");
  net.put("mean", Reduce{Reduce::Kind::mean, {2, 3}, true});
  return std::move(net).finish();
}

Graph sum_read_twice(Writer net, int width) {
  net.float_conv("stem", width);
  const NodeId stem = net.here();
  net.sign("sign1");
  const NodeId conv1 = net.conv("conv1", {.outputs = width, .pad = all(1)});
  const NodeId sum1 = net.put("sum1", Arithmetic{}, {stem, conv1});
  net.batch_norm("bn1", true);
  net.sign("sign2");
  const NodeId conv2 = net.conv("conv2", {.outputs = width, .pad = all(1), .bias = true});
  net.put("sum2", Arithmetic{}, {sum1, conv2});
  return std::move(net).finish();
}

Graph signs_read_as_floats_too(Writer net, int width) {
  net.float_conv("stem", width);
  const NodeId sign = net.sign("sign", 0.5f);
  const NodeId conv = net.conv("conv", {.outputs = width, .pad = all(1)});
  net.put("sum", Arithmetic{}, {sign, conv});
  return std::move(net).finish({net.here(), sign});
}

Graph pooled_signs_read_as_floats_too(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.batch_norm("bn");
  net.sign("sign1", 0.25f);
  const NodeId pool = net.max_pool("pool", 2, 2);
  const NodeId padded = net.pad("padded", 1, 0.25f);
  const NodeId conv = net.conv("conv2", {.outputs = width, .pad = all(1)});
  net.go_to(pool, width);
  const NodeId other = net.float_conv("float", 4);
  return std::move(net).finish({conv, other, padded});
}

Graph sums_read_twice(Writer net, int width) {
  net.sign("sign0");
  const NodeId conv1 = net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.batch_norm("bn1");
  net.sign("sign1");
  const NodeId conv2 = net.conv("conv2", {.outputs = width, .pad = all(1)});
  net.go_to(conv1, width);
  net.batch_norm("bn2", true);
  net.sign("sign2");
  net.conv("conv3", {.outputs = width, .pad = all(1)});
  net.put("sum", Arithmetic{}, {conv2, net.here()});
  return std::move(net).finish();
}

Graph readers_with_different_paddings(Writer net, int width) {
  const NodeId sign = net.sign("sign");
  const NodeId a = net.conv("a", {.outputs = width, .pad = all(1)});
  const int channels = 3;
  net.go_to(sign, channels);
  net.pad("minus", 1, -1);
  const NodeId b = net.conv("b", {.outputs = width});
  net.go_to(sign, channels);
  net.pad("plus", 1, 1);
  const NodeId c = net.conv("c", {.outputs = width});
  net.go_to(sign, channels);
  net.pad("both", 1, -1);
  net.pad("zeros", 1, 0);
  const NodeId d = net.conv("d", {.outputs = width, .stride = 2, .pad = all(1)});
  net.go_to(sign, channels);
  net.pad("inner", 1, 1);
  net.pad("outer", 1, -1);
  const NodeId e = net.conv("e", {.outputs = width});
  return std::move(net).finish({a, b, c, d, e});
}

Graph padding_in_two_pads(Writer net, int width) {
  net.pad("before", 1, -2);
  net.sign("sign");
  net.pad("after", 1, -1);
  net.conv("conv", {.outputs = width, .kernel = 5});
  return std::move(net).finish();
}

Graph flatten_and_linear(Writer net, int width) {
  net.sign("sign0");
  net.conv("conv", {.outputs = width, .stride = 2, .pad = all(1)});
  net.batch_norm("bn");
  net.sign("sign1");
  net.flatten("flat");
  net.linear("fc1", width * 12, {.outputs = 30, .bias = true});
  net.batch_norm("bn2", true);
  net.sign("sign2");
  net.linear("fc2", 30, {.outputs = 10, .per_output = true});
  net.batch_norm("bn3", true);
  return std::move(net).finish();
}

Graph sign_after_flatten(Writer net, int width) {
  net.float_conv("stem", width);
  net.flatten("flat");
  net.sign("sign1");
  net.linear("fc1", width * 48, {.outputs = 33});
  net.go_to(net.here(), 33);
  net.batch_norm("bn", true);
  net.relu("relu");
  net.sign("sign2");
  net.linear("fc2", 33, {.outputs = 7, .bias = true});
  return std::move(net).finish();
}

Graph binary_weights_only(Writer net, int width) {
  net.float_conv("stem", width);
  net.relu("relu0");
  net.pad("pad", 1, -1);
  net.conv("conv1", {.outputs = width, .powers_of_two = false, .per_output = true});
  net.relu("relu1");
  net.conv("conv2", {.outputs = width, .stride = 2, .pad = all(1), .bias = true});
  net.batch_norm("bn", true);
  net.relu("relu2");
  net.pad("zeros", 1, 0);
  net.conv("conv3", {.outputs = 9, .kernel = 1});
  net.flatten("flat");
  net.linear("fc", 9 * 30, {.outputs = 20});
  net.relu("relu3");
  return std::move(net).finish();
}

Graph grouped_weights_only(Writer net, int width) {
  net.float_conv("stem", 2 * width);
  const NodeId stem = net.here();
  net.conv("conv", {.outputs = 2 * width, .groups = 2, .pad = all(1)});
  net.put("sum", Arithmetic{}, {net.here(), stem});
  net.conv("last", {.outputs = 2 * width, .dilation = 2, .groups = 2 * width, .pad = all(2)});
  return std::move(net).finish();
}

// XNOR-Net: the mean of |x| over channels, averaged over windows, scales every output pixel.
Graph scaled_by_input(Writer net, int width) {
  net.float_conv("stem", width);
  const NodeId x = net.batch_norm("bn");
  net.put("abs", Activation{Activation::Kind::abs});
  net.put("mean", Reduce{Reduce::Kind::mean, {1}, true});
  const NodeId k = net.put("K", AveragePool{{3, 3}, {1, 1}, all(1), false, true});
  net.go_to(x, width);
  net.sign("sign");
  net.conv("conv", {.outputs = width, .pad = all(1), .powers_of_two = false, .per_output = true});
  net.put("scaled", Arithmetic{Arithmetic::Kind::mul}, {net.here(), k});
  net.relu("relu");
  return std::move(net).finish();
}

Graph concat_of_signs(Writer net, int width) {
  net.float_conv("stem", width);
  const NodeId stem = net.here();
  const NodeId a = net.sign("a");
  net.go_to(stem, width);
  net.batch_norm("bn", true);
  const NodeId b = net.sign("b");
  net.put("concat", Concat{1}, {a, b});
  net.go_to(net.here(), 2 * width);
  net.conv("conv", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph other_grids(Writer net, int width) {
  net.float_conv("stem", width);
  net.put("dynamic", FakeQuantize{DynamicGrid{}});
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.put("bytes", FakeQuantize{Grid{.scale = {0.0625f}}});
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  Grid per_channel = signs_per_output(net.random(), width, true);
  per_channel.axis = 1;
  net.put("signs", FakeQuantize{per_channel});
  net.conv("conv3", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

struct NamedPattern {
  const char* name;
  Pattern make;
};
constexpr NamedPattern patterns[] = {
    {"conv, batch norm, sign, conv", chain},
    {"conv, many functions, sign, conv", chain_with_relu},
    {"conv, max pool, batch norm, sign, conv", pool_in_chain},
    {"conv, max pool, falling batch norm, sign, conv", pool_before_a_falling_function},
    {"conv, batch norm, sign, max pool, conv", pool_after_the_sign},
    {"float conv, max pools and functions, sign", pool_before_the_sign},
    {"signs that are always +1", always_positive},
    {"residual blocks", residual},
    {"sum read twice", sum_read_twice},
    {"signs read as floats too", signs_read_as_floats_too},
    {"pooled and padded signs read as floats too", pooled_signs_read_as_floats_too},
    {"sums read twice", sums_read_twice},
    {"padding in two pads", padding_in_two_pads},
    {"flatten, linear, linear", flatten_and_linear},
    {"flatten, sign, linear", sign_after_flatten},
    {"binary weights, real input", binary_weights_only},
    {"binary weights, real input, groups", grouped_weights_only},
    {"scaled by the input's mean", scaled_by_input},
    {"concat of signs", concat_of_signs},
    {"binary weights, real input on other grids", other_grids},
};

void add_patterns_of_layers(List& list) {
  for (const auto& [name, make] : patterns) {
    for (const int width : {8, 19, 40}) {
      const Shape input = {width == 8 ? 2 : 1, 3, 8, 6};
      list.add("binary: " + std::string(name) + ", width " + std::to_string(width),
               make(Writer(list.random, 3), width), input);
    }
  }
  list.add("binary: readers with different paddings",
           readers_with_different_paddings(Writer(list.random, 3), 12), {1, 3, 7, 6});
}

// Rows as they come, and rows of rows.
void add_dense(List& list) {
  for (const int inputs : {1, 5, 32, 100, 257}) {
    Writer net(list.random, inputs, false);
    net.sign("sign", 0.5f);
    net.linear("fc", inputs, {.outputs = 9, .bias = true, .per_output = true});
    list.add("binary: linear " + std::to_string(inputs), std::move(net).finish(), {3, inputs});
  }
  Graph graph;
  graph.add("rows", Input{{-1, -1, 40}});
  Linear linear{list.random.tensor({12, 40}, -1, 1), Tensor(), signs_times(0.5f)};
  const NodeId sign = graph.add("sign", FakeQuantize{kSigns}, {0});
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
  const NodeId sign = graph.add("sign", FakeQuantize{kSigns}, {0});
  graph.outputs = {{"conv", graph.add("conv", std::move(conv), {sign})}};
  list.add("binary: weights that are numbers, a bias on a grid", std::move(graph), {1, 6, 5, 5});
}

}  // namespace
}  // namespace conformance

std::vector<ConformanceCase> binary_conformance_cases(std::uint64_t seed) {
  conformance::List list(seed);
  conformance::add_singles(list);
  conformance::add_patterns_of_layers(list);
  conformance::add_dense(list);
  conformance::add_numbers(list);
  return std::move(list.cases);
}

}  // namespace bench
