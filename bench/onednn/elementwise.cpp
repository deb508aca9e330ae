#include "bench/onednn/elementwise.h"

#include <algorithm>
#include <cmath>

namespace bench::onednn {

using dnnl::algorithm;

std::vector<Function> functions_of(const Activation& activation) {
  using Kind = Activation::Kind;
  const float a = activation.alpha, b = activation.beta;
  switch (activation.kind) {
    case Kind::relu: return {{algorithm::eltwise_relu}};
    case Kind::clip: return {{algorithm::eltwise_clip, a, b}};
    case Kind::leaky_relu: return {{algorithm::eltwise_relu, a}};
    case Kind::elu: return {{algorithm::eltwise_elu, a}};
    case Kind::sigmoid: return {{algorithm::eltwise_logistic}};
    case Kind::tanh: return {{algorithm::eltwise_tanh}};
    case Kind::hard_sigmoid:
      return {{algorithm::eltwise_linear, a, b}, {algorithm::eltwise_clip, 0, 1}};
    case Kind::hard_swish: return {{algorithm::eltwise_hardswish}};
    case Kind::swish: return {{algorithm::eltwise_swish, 1}};
    case Kind::softplus: return {{algorithm::eltwise_soft_relu}};
    case Kind::exp: return {{algorithm::eltwise_exp}};
    case Kind::log: return {{algorithm::eltwise_log}};
    case Kind::sqrt: return {{algorithm::eltwise_sqrt}};
    case Kind::abs: return {{algorithm::eltwise_abs}};
    case Kind::neg: return {{algorithm::eltwise_linear, -1, 0}};
  }
  return {};
}

algorithm algorithm_of(Arithmetic::Kind kind) {
  using Kind = Arithmetic::Kind;
  switch (kind) {
    case Kind::sub: return algorithm::binary_sub;
    case Kind::mul: return algorithm::binary_mul;
    case Kind::div: return algorithm::binary_div;
    case Kind::min: return algorithm::binary_min;
    case Kind::max: return algorithm::binary_max;
    default: return algorithm::binary_add;
  }
}

Affine affine_of(const BatchNorm& norm) {
  const auto gamma = norm.gamma.data<float>(), beta = norm.beta.data<float>();
  const auto mean = norm.mean.data<float>(), variance = norm.variance.data<float>();
  Affine affine;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double scale =
        gamma[c] / std::sqrt(static_cast<double>(variance[c]) + static_cast<double>(norm.epsilon));
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(beta[c] - mean[c] * scale));
  }
  return affine;
}

Desc per_channel(std::int64_t channels, std::size_t rank) {
  Shape shape(rank, 1);
  shape[1] = channels;
  return row_major(shape);
}

dnnl::memory scale_of(Planner& planner, NodeId id, const Desc& layout) {
  const auto make = [&] { return affine_of(std::get<BatchNorm>(planner.node(id).op)).scale; };
  return planner.weights().derived(id, "scale", layout, make);
}

dnnl::memory shift_of(Planner& planner, NodeId id, const Desc& layout) {
  const auto make = [&] { return affine_of(std::get<BatchNorm>(planner.node(id).op)).shift; };
  return planner.weights().derived(id, "shift", layout, make);
}

Place fixed_place(const dnnl::memory& memory) {
  return {Place::Kind::fixed, memory.get_desc(), -1, memory};
}

PostOps& PostOps::append_followers(const Step& step) {
  for (std::size_t i = 1; i < step.nodes.size(); ++i) append(step.nodes[i], step.nodes[i - 1]);
  return *this;
}

void PostOps::append(NodeId node, NodeId value) {
  const Op& op = planner_.node(node).op;
  if (const auto* activation = std::get_if<Activation>(&op)) {
    append_activation(*activation);
  } else if (std::holds_alternative<PRelu>(op)) {
    append_prelu(node);
  } else if (const auto* norm = std::get_if<BatchNorm>(&op)) {
    const Desc layout = per_channel(norm->gamma.size(), dst_.dims().size());
    append_binary(algorithm::binary_mul, {0, -1, layout, scale_of(planner_, node, layout)});
    append_shift(node);
  } else {
    append_arithmetic(node, value);
  }
}

PostOps& PostOps::append_shift(NodeId norm) {
  const auto channels = std::get<BatchNorm>(planner_.node(norm).op).gamma.size();
  const Desc layout = per_channel(channels, dst_.dims().size());
  append_binary(algorithm::binary_add, {0, -1, layout, shift_of(planner_, norm, layout)});
  return *this;
}

void PostOps::append_activation(const Activation& activation) {
  for (const Function& f : functions_of(activation)) {
    ops_.append_eltwise(1.0f, f.algorithm, f.alpha, f.beta);
  }
}

void PostOps::append_prelu(NodeId id) {
  const Tensor& slope = std::get<PRelu>(planner_.node(id).op).slope;
  if (slope.size() == 1) {
    ops_.append_eltwise(1.0f, algorithm::eltwise_relu, slope.data<float>()[0], 0);
    return;
  }
  const Desc layout = row_major({slope.size()});
  const int index = DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops_.len());
  ops_.append_prelu(1 << 1);
  operands_.push_back({index | DNNL_ARG_WEIGHTS, -1, layout,
                       planner_.weights().get(id, "slope", slope, layout, layout)});
}

void PostOps::append_arithmetic(NodeId id, NodeId value) {
  const Node& node = planner_.node(id);
  const NodeId other = other_operand(node, value);
  const std::size_t rank = dst_.dims().size();
  Desc layout = dst_;
  if (planner_.shape(other) != planner_.shape(value)) {
    const std::int64_t size = count(planner_.shape(other));
    layout = size == 1 ? row_major(Shape(rank, 1)) : per_channel(size, rank);
  }
  append_binary(algorithm_of(std::get<Arithmetic>(node.op).kind), {0, other, layout, {}});
}

void PostOps::append_binary(algorithm algorithm, Operand operand) {
  operand.id = DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops_.len()) | DNNL_ARG_SRC_1;
  ops_.append_binary(algorithm, operand.layout);
  operands_.push_back(std::move(operand));
}

bool PostOps::read_maps() const {
  const auto is_map = [&](const Operand& operand) { return operand.layout.dims() == dst_.dims(); };
  return std::ranges::any_of(operands_, is_map);
}

std::vector<Argument> PostOps::arguments() const {
  std::vector<Argument> arguments;
  for (const Operand& operand : operands_) {
    if (operand.node < 0) {
      arguments.push_back({operand.id, fixed_place(operand.fixed)});
    } else if (operand.layout.dims() == planner_.shape(operand.node)) {
      arguments.push_back({operand.id, planner_.read(operand.node, operand.layout)});
    } else {
      arguments.push_back({operand.id, planner_.read_as(operand.node, operand.layout)});
    }
  }
  return arguments;
}

}  // namespace bench::onednn
