// The layers of darknet that compute, one function each.

#include <map>

#include "models/formats/darknet_builder.h"
#include "models/formats/read_file.h"

namespace bench {
namespace {

constexpr int largest_window = 1 << 12;  // kernels, strides, paddings

}  // namespace

Tensor DarknetBuilder::take(Shape shape) {
  last_with_weights_ = name_;
  return weights_.take(std::move(shape), name_);
}

NodeId DarknetBuilder::activate(DarknetSection& section, NodeId node,
                                const std::string& otherwise) {
  using Kind = Activation::Kind;
  static const std::map<std::string, Activation> known = {{"leaky", {Kind::leaky_relu, 0.1f, 0}},
                                                          {"relu", {Kind::relu}},
                                                          {"relu6", {Kind::clip, 0, 6}},
                                                          {"logistic", {Kind::sigmoid}},
                                                          {"swish", {Kind::swish}},
                                                          {"tanh", {Kind::tanh}},
                                                          {"elu", {Kind::elu, 1, 0}}};
  const std::string name = section.text("activation", otherwise);
  if (name == "linear") return node;
  if (name == "mish") {  // x tanh(log(1 + exp(x)))
    const NodeId soft = add(".softplus", Activation{Kind::softplus}, {node});
    const NodeId gate = add(".tanh", Activation{Kind::tanh}, {soft});
    return add(".mish", Arithmetic{Arithmetic::Kind::mul}, {node, gate});
  }
  const auto found = known.find(name);
  if (found == known.end()) section.refuse("activation=" + in_quotes(name));
  return add("." + name, found->second, {node});
}

// Where the epsilon stands has changed within darknet: sqrt(variance) + 1e-6 first, then
// sqrt(variance + 1e-5); OpenCV reads the files with sqrt(variance + 1e-6). It shows only where a
// variance is next to nothing. We take OpenCV's: it is defined for the slightly negative variances
// (-7e-44) that real files hold, and it is what these networks are mostly deployed with.
BatchNorm DarknetBuilder::take_batch_norm(const DarknetSection& section, std::int64_t n,
                                          Tensor beta) {
  constexpr float epsilon = 1e-6f;
  Tensor gamma = take({n}), mean = take({n}), variance = take({n});
  for (const float value : variance.data<float>()) {
    if (!(value + epsilon > 0)) {
      section.reject("its weights hold the variance " + std::to_string(value));
    }
  }
  return {std::move(gamma), std::move(beta), std::move(mean), std::move(variance), epsilon};
}

NodeId DarknetBuilder::convolution(DarknetSection& section) {
  const int filters = section.integer("filters", 1, 1),
            size = section.integer("size", 1, 1, largest_window);
  const int stride = section.integer("stride", 1, 1, largest_window);
  const Pair strides{section.integer("stride_y", stride, 1, largest_window),
                     section.integer("stride_x", stride, 1, largest_window)};
  const bool half = section.integer("pad", 0) != 0;
  const int padding = section.integer("padding", 0, 0, largest_window);
  const int pad = half ? size / 2 : padding;
  const int groups = section.integer("groups", 1, 1);
  section.integer("dilation", 1, 1, 1);
  section.integer("flipped", 0, 0, 0);
  section.integer("binary", 0, 0, 0);
  section.integer("xnor", 0, 0, 0);
  section.integer("antialiasing", 0, 0, 0);
  const bool normalised = section.integer("batch_normalize", 0) != 0;
  const std::int64_t inputs = channels(last());
  if (inputs % groups != 0 || filters % groups != 0) {
    section.reject(std::to_string(groups) + " groups do not divide " + std::to_string(inputs) +
                   " channels and " + std::to_string(filters) + " filters");
  }
  Conv2d op;
  op.stride = strides;
  op.pad = {pad, pad, pad, pad};
  op.groups = groups;
  Tensor beta = take({filters});
  BatchNorm norm;
  if (normalised) norm = take_batch_norm(section, filters, std::move(beta));
  op.weight = take({filters, inputs / groups, size, size});
  if (!normalised) op.bias = std::move(beta);
  NodeId node = add("", std::move(op), {last()});
  if (normalised) node = add(".batch_norm", std::move(norm), {node});
  return activate(section, node, "logistic");
}

NodeId DarknetBuilder::flattened() {
  const Dim batch{Dim::Kind::copy, 0, 0, 0};
  const Dim features{Dim::Kind::fixed, count(shape(last())), 0, 0};
  return add(".flatten", Reshape{{batch, features}}, {last()});
}

NodeId DarknetBuilder::connected(DarknetSection& section) {
  const int outputs = section.integer("output", 1, 1);
  const bool normalised = section.integer("batch_normalize", 0) != 0;
  const std::int64_t inputs = count(shape(last()));
  Linear op;
  Tensor beta = take({outputs});
  op.weight = take({outputs, inputs});
  BatchNorm norm;
  if (normalised) norm = take_batch_norm(section, outputs, std::move(beta));
  if (!normalised) op.bias = std::move(beta);
  const NodeId flat = flattened();
  NodeId node = add("", std::move(op), {flat});
  if (normalised) node = add(".batch_norm", std::move(norm), {node});
  return activate(section, node, "logistic");
}

NodeId DarknetBuilder::max_pool(DarknetSection& section) {
  const int stride = section.integer("stride", 1, 1, largest_window);
  const int size = section.integer("size", stride, 1, largest_window);
  const int padding =
      section.integer("padding", size - 1, 0, largest_window);  // of both sides together
  section.integer("maxpool_depth", 0, 0, 0);
  section.integer("antialiasing", 0, 0, 0);
  MaxPool op;
  op.kernel = {size, size};
  op.stride = {section.integer("stride_y", stride, 1, largest_window),
               section.integer("stride_x", stride, 1, largest_window)};
  op.pad = {padding / 2, padding / 2, padding - padding / 2, padding - padding / 2};
  return add("", op, {last()});
}

NodeId DarknetBuilder::average_pool(DarknetSection&) {
  return add("", Reduce{Reduce::Kind::mean, {2, 3}, true}, {last()});
}

NodeId DarknetBuilder::pass(DarknetSection&) { return last(); }

NodeId DarknetBuilder::upsample(DarknetSection& section) {
  const auto stride = static_cast<float>(section.integer("stride", 2, 1, 64));
  if (section.real("scale", 1) != 1) section.refuse("scale other than 1");
  Resize op;
  op.coordinates = Resize::Coordinates::asymmetric;
  op.rounding = Resize::Rounding::floor;
  op.scale_h = op.scale_w = stride;
  return add("", op, {last()});
}

NodeId DarknetBuilder::softmax(DarknetSection& section) {
  section.integer("groups", 1, 1, 1);
  if (section.real("temperature", 1) != 1) section.refuse("temperature other than 1");
  return add("", Softmax{1}, {flattened()});
}

}  // namespace bench
