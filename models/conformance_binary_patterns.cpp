#include "models/conformance_binary.h"

namespace bench::conformance {
namespace {

// Each pattern is a function from an empty network to a graph, tried on several widths.
using Pattern = Graph (*)(BinaryWriter net, int width);

Graph chain(BinaryWriter net, int width) {
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

Graph chain_with_relu(BinaryWriter net, int width) {
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

Graph pool_in_chain(BinaryWriter net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.max_pool("pool", 2, 2);
  net.batch_norm("bn");
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

// The least sum has the largest sign in some channels: pooling may not come last.
Graph pool_before_a_falling_function(BinaryWriter net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.max_pool("pool", 2, 2);
  net.batch_norm("bn", true);
  net.sign("sign1");
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph pool_after_the_sign(BinaryWriter net, int width) {
  net.sign("sign0");
  net.conv("conv1", {.outputs = width, .pad = all(1)});
  net.batch_norm("bn", true);
  net.sign("sign1", 0.25f);
  net.max_pool("pool", 3, 2, 1);
  net.conv("conv2", {.outputs = width, .pad = all(1)});
  return std::move(net).finish();
}

Graph pool_before_the_sign(BinaryWriter net, int width) {
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

Graph always_positive(BinaryWriter net, int width) {
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
Graph residual(BinaryWriter net, int width) {
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

Graph sum_read_twice(BinaryWriter net, int width) {
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

Graph signs_read_as_floats_too(BinaryWriter net, int width) {
  net.float_conv("stem", width);
  const NodeId sign = net.sign("sign", 0.5f);
  const NodeId conv = net.conv("conv", {.outputs = width, .pad = all(1)});
  net.put("sum", Arithmetic{}, {sign, conv});
  return std::move(net).finish({net.here(), sign});
}

Graph pooled_signs_read_as_floats_too(BinaryWriter net, int width) {
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

Graph sums_read_twice(BinaryWriter net, int width) {
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

Graph readers_with_different_paddings(BinaryWriter net, int width) {
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

Graph padding_in_two_pads(BinaryWriter net, int width) {
  net.pad("before", 1, -2);
  net.sign("sign");
  net.pad("after", 1, -1);
  net.conv("conv", {.outputs = width, .kernel = 5});
  return std::move(net).finish();
}

Graph flatten_and_linear(BinaryWriter net, int width) {
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

Graph sign_after_flatten(BinaryWriter net, int width) {
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

Graph binary_weights_only(BinaryWriter net, int width) {
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

Graph grouped_weights_only(BinaryWriter net, int width) {
  net.float_conv("stem", 2 * width);
  const NodeId stem = net.here();
  net.conv("conv", {.outputs = 2 * width, .groups = 2, .pad = all(1)});
  net.put("sum", Arithmetic{}, {net.here(), stem});
  net.conv("last", {.outputs = 2 * width, .dilation = 2, .groups = 2 * width, .pad = all(2)});
  return std::move(net).finish();
}

// XNOR-Net: the mean of |x| over channels, averaged over windows, scales every output pixel.
Graph scaled_by_input(BinaryWriter net, int width) {
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

Graph concat_of_signs(BinaryWriter net, int width) {
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

Graph other_grids(BinaryWriter net, int width) {
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

}  // namespace

void add_binary_patterns(List& list) {
  for (const auto& [name, make] : patterns) {
    for (const int width : {8, 19, 40}) {
      const Shape input = {width == 8 ? 2 : 1, 3, 8, 6};
      list.add("binary: " + std::string(name) + ", width " + std::to_string(width),
               make(BinaryWriter(list.random, 3), width), input);
    }
  }
  list.add("binary: readers with different paddings",
           readers_with_different_paddings(BinaryWriter(list.random, 3), 12), {1, 3, 7, 6});
}

}  // namespace bench::conformance
