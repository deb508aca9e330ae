#include "bench/onednn/elementwise.h"
#include "bench/onednn/layers.h"

namespace bench::onednn {

using dnnl::inner_product_forward;

bool plan_linear(Planner& planner, const Step& step) {
  const Node& node = planner.node(step.head());
  const auto& linear = std::get<Linear>(node.op);
  const Shape& out = planner.shape(step.head());
  const std::int64_t outputs = linear.weight.dim(0), inputs = linear.weight.dim(1);
  const Desc src = row_major({count(out) / outputs, inputs});
  const Desc dst = row_major({count(out) / outputs, outputs});
  const Desc any(linear.weight.shape(), dnnl::memory::data_type::f32,
                 dnnl::memory::format_tag::any);
  const bool has_bias = !linear.bias.empty();
  const Desc bias = row_major({outputs});
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto desc = has_bias ? inner_product_forward::desc(kind, src, any, bias, dst)
                             : inner_product_forward::desc(kind, src, any, dst);
  const PostOps post_ops = PostOps(planner, dst).append_followers(step);
  const auto found =
      fast<inner_product_forward>(desc, strict_attributes(post_ops.ops()), planner.engine());
  if (!found) return false;

  Weights& weights = planner.weights();
  std::vector<Argument> reads = post_ops.arguments();
  reads.push_back({DNNL_ARG_SRC, planner.read_as(node.inputs[0], src)});
  reads.push_back(
      {DNNL_ARG_WEIGHTS, fixed_place(weights.weight(step.head(), row_major(linear.weight.shape()),
                                                    found->weights_desc()))});
  if (has_bias) {
    reads.push_back(
        {DNNL_ARG_BIAS, fixed_place(weights.get(step.head(), "bias", linear.bias, bias, bias))});
  }
  Place to = planner.write(step.result(), row_major(out));
  const LayerFact fact =
      planner.fact(step, std::string("onednn:") + found->impl_info_str(), to.layout);
  to.layout = dst;
  planner.add(inner_product_forward(*found), found->scratchpad_desc(), fact, reads,
              {DNNL_ARG_DST, to});
  return true;
}

}  // namespace bench::onednn
