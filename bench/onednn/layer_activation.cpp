#include "bench/onednn/elementwise.h"
#include "bench/onednn/layers.h"

namespace bench::onednn {
namespace {

using dnnl::eltwise_forward;
using dnnl::prelu_forward;

// Some functions one after the other, from the first on in place.
bool plan_functions(Planner& planner, NodeId id, const std::vector<Function>& functions) {
  const Node& node = planner.node(id);
  const Desc layout = planner.layout(node.inputs[0]);
  std::vector<eltwise_forward::primitive_desc> found;
  for (const Function& f : functions) {
    const eltwise_forward::desc desc(dnnl::prop_kind::forward_inference, f.algorithm, layout,
                                     f.alpha, f.beta);
    const auto one = fast<eltwise_forward>(desc, strict_attributes(), planner.engine());
    if (!one) return false;
    found.push_back(*one);
  }
  Place from = planner.read(node.inputs[0], layout);
  const Place to = planner.write(id, layout);
  for (const auto& one : found) {
    const LayerFact fact =
        planner.fact({{id}}, std::string("onednn:") + one.impl_info_str(), layout);
    planner.add(eltwise_forward(one), one.scratchpad_desc(), fact, {{DNNL_ARG_SRC, from}},
                {DNNL_ARG_DST, to});
    from = to;  // a second function works in place
  }
  return true;
}

}  // namespace

bool plan_activation(Planner& planner, NodeId id) {
  return plan_functions(planner, id, functions_of(std::get<Activation>(planner.node(id).op)));
}

bool plan_prelu(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const Tensor& slope = std::get<PRelu>(node.op).slope;
  if (slope.size() == 1) {
    return plan_functions(planner, id, {{dnnl::algorithm::eltwise_relu, slope.data<float>()[0]}});
  }
  const Desc layout = planner.layout(node.inputs[0]);
  const Desc weight = per_channel(slope.size(), planner.shape(id).size());
  const Desc any(weight.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
  const prelu_forward::desc desc(dnnl::prop_kind::forward_inference, layout, any);
  const auto found = fast<prelu_forward>(desc, strict_attributes(), planner.engine());
  if (!found) return false;
  const dnnl::memory slopes =
      planner.weights().get(id, "slope", slope, weight, found->weights_desc());
  const Place from = planner.read(node.inputs[0], layout), to = planner.write(id, layout);
  planner.add(prelu_forward(*found), found->scratchpad_desc(),
              planner.fact({{id}}, std::string("onednn:") + found->impl_info_str(), layout),
              {{DNNL_ARG_SRC, from}, {DNNL_ARG_WEIGHTS, fixed_place(slopes)}}, {DNNL_ARG_DST, to});
  return true;
}

bool plan_softmax(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const Shape& shape = planner.shape(id);
  const int rank = static_cast<int>(shape.size());
  const int wanted = std::get<Softmax>(node.op).axis;
  const int axis = wanted < 0 ? wanted + rank : wanted;
  // The axis has to be the innermost one in memory.
  const bool channels = rank == 4 && axis == 1;
  const Desc layout = channels ? channels_last(shape) : row_major(shape);
  const dnnl::softmax_forward::desc desc(dnnl::prop_kind::forward_inference, layout, axis);
  const auto found = fast<dnnl::softmax_forward>(desc, strict_attributes(), planner.engine());
  if (!found) return false;
  const Place from = planner.read(node.inputs[0], layout), to = planner.write(id, layout);
  planner.add(dnnl::softmax_forward(*found), found->scratchpad_desc(),
              planner.fact({{id}}, std::string("onednn:") + found->impl_info_str(), layout),
              {{DNNL_ARG_SRC, from}}, {DNNL_ARG_DST, to});
  return true;
}

}  // namespace bench::onednn
