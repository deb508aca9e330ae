#include "models/formats/mxnet_ops.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench::mxnet {

Window window_of(MxnetNode& node) {
  node.require("layout", "NCHW");
  Window window{node.pair("kernel", 0), node.pair("stride", 1), node.pair("dilate", 1),
                node.pair("pad", 0, 0)};
  if (window.kernel == Pair{0, 0}) reject("has no attribute 'kernel'");
  return window;
}

void convolution(MxnetNode& node) {
  const Window window = window_of(node);
  const std::int64_t outputs = node.integer("num_filter"), groups = node.integer("num_group", 1);
  const std::string weight = node.array_name(1);
  Conv2d op;
  op.weight = node.parameter(weight);
  const std::int64_t inputs = op.weight.rank() == 4 ? op.weight.dim(1) : 1;
  const Shape wanted{outputs, inputs, window.kernel.h, window.kernel.w};
  if (op.weight.shape() != wanted) {
    reject("array " + in_quotes(weight) + " has shape " + to_string(op.weight.shape()) +
           "; the node takes " + to_string(wanted));
  }
  if (groups > outputs || outputs % groups != 0) {
    reject(std::to_string(outputs) + " filters do not divide into " + std::to_string(groups) +
           " groups");
  }
  if (!node.flag("no_bias", false)) op.bias = node.parameter(2, {outputs});
  op.stride = window.stride;
  op.dilation = window.dilation;
  op.pad = {window.pad.h, window.pad.w, window.pad.h, window.pad.w};
  op.groups = static_cast<int>(groups);
  const NodeId input = node.input();
  if (node.rank(input) != 4) reject("its input has " + std::to_string(node.rank(input)) + " axes");
  node.require_channels(input, inputs * groups);
  node.give(node.add(std::move(op), {input}));
}

void fully_connected(MxnetNode& node) {
  const std::int64_t outputs = node.integer("num_hidden");
  const std::string weight = node.array_name(1);
  Linear op;
  op.weight = node.parameter(weight);
  if (op.weight.rank() != 2 || op.weight.dim(0) != outputs) {
    reject("array " + in_quotes(weight) + " has shape " + to_string(op.weight.shape()) + "; " +
           std::to_string(outputs) + " rows are wanted");
  }
  if (!node.flag("no_bias", false)) op.bias = node.parameter(2, {outputs});
  const bool flat = node.flag("flatten", true);
  const NodeId input = flat ? node.flattened(node.input()) : node.input();
  if (node.rank(input) == 2) node.require_channels(input, op.weight.dim(1));
  node.give(node.add(std::move(op), {input}));
}

/// Files older than MXNet 0.9 do not list what is not trained among a node's inputs.
Tensor statistic(MxnetNode& node, std::size_t i, const char* name, const Shape& shape) {
  if (i < node.input_count()) return node.parameter(i, shape);
  return node.parameter(node.name() + "_" + name, shape);
}

void batch_norm(MxnetNode& node) {
  node.require("axis", "1");
  node.require_flag("output_mean_var", false);
  node.ignore({"use_global_stats", "min_calib_range", "max_calib_range"});
  BatchNorm op;
  op.gamma = node.parameter(1);
  const Shape shape{op.gamma.size()};
  if (op.gamma.rank() != 1) {
    reject("array " + in_quotes(node.array_name(1)) + " has shape " + to_string(op.gamma.shape()));
  }
  op.beta = node.parameter(2, shape);
  op.mean = statistic(node, 3, "moving_mean", shape);
  op.variance = statistic(node, 4, "moving_var", shape);
  op.epsilon = node.real("eps", 1e-3);
  for (const float v : op.variance.data<float>()) {
    if (!(v + op.epsilon > 0)) reject("has a variance of " + std::to_string(v));
  }
  if (node.flag("fix_gamma", true)) {  // whatever is stored
    for (float& g : op.gamma.data<float>()) g = 1;
  }
  const NodeId input = node.input();
  if (node.rank(input) < 2) reject("over a tensor without channels");
  node.require_channels(input, shape[0]);
  node.give(node.add(std::move(op), {input}));
}

void leaky_relu(MxnetNode& node) {
  const std::string type = node.text("act_type", "leaky");
  const NodeId input = node.input();
  node.ignore({"lower_bound", "upper_bound"});
  if (type == "prelu") {
    node.ignore({"slope"});
    Tensor slope = node.parameter(1);
    const std::int64_t n = slope.size();
    if (n > 1) node.require_channels(input, n);
    return node.give(node.add(PRelu{std::move(slope).reshaped({n})}, {input}));
  }
  if (type != "leaky" && type != "elu") {
    refuse("attribute 'act_type' is " + in_quotes(type) + "; leaky, prelu and elu are supported");
  }
  const auto kind = type == "elu" ? Activation::Kind::elu : Activation::Kind::leaky_relu;
  node.give(node.add(Activation{kind, node.real("slope", 0.25)}, {input}));
}

}  // namespace bench::mxnet
