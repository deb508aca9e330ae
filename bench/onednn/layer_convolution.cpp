#include "bench/onednn/elementwise.h"
#include "bench/onednn/layers.h"

namespace bench::onednn {
namespace {

using dnnl::convolution_forward;
using OpDesc = convolution_forward::desc;

// A convolution as oneDNN describes it, but for the layouts of source and result.
struct Geometry {
  Desc weight, bias;
  Shape strides, dilation, pad_begin, pad_end;
  // Direct unless it is asked for otherwise: Winograd's algorithm rounds otherwise.
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;

  OpDesc desc(const Desc& src, const Desc& dst) const {
    const auto kind = dnnl::prop_kind::forward_inference;
    if (bias.is_zero()) {
      return OpDesc(kind, algorithm, src, weight, dst, strides, dilation, pad_begin, pad_end);
    }
    return OpDesc(kind, algorithm, src, weight, bias, dst, strides, dilation, pad_begin, pad_end);
  }
};

Shape weight_dims(const Conv2d& conv) {
  const Shape& w = conv.weight.shape();
  if (conv.groups == 1) return w;
  return {conv.groups, w[0] / conv.groups, w[1], w[2], w[3]};
}

Desc any(const Shape& shape) {
  return Desc(shape, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
}

Desc blocks_of_16(const Shape& shape) {
  return Desc(shape, dnnl::memory::data_type::f32, dnnl::memory::format_tag::nChw16c);
}

Geometry geometry(const Conv2d& conv) {
  Geometry g;
  g.weight = any(weight_dims(conv));
  if (!conv.bias.empty()) g.bias = row_major(conv.bias.shape());
  g.strides = {conv.stride.h, conv.stride.w};
  g.dilation = {conv.dilation.h - 1, conv.dilation.w - 1};  // oneDNN counts the gaps
  g.pad_begin = {conv.pad.top, conv.pad.left};
  g.pad_end = {conv.pad.bottom, conv.pad.right};
  return g;
}

void add_convolution(Planner& planner, const Step& step, const PostOps& post_ops,
                     const convolution_forward::primitive_desc& found) {
  const auto& conv = std::get<Conv2d>(planner.node(step.head()).op);
  Weights& weights = planner.weights();
  std::vector<Argument> reads = post_ops.arguments();
  reads.push_back(
      {DNNL_ARG_SRC, planner.read(planner.node(step.head()).inputs[0], found.src_desc())});
  reads.push_back(
      {DNNL_ARG_WEIGHTS, fixed_place(weights.weight(step.head(), row_major(weight_dims(conv)),
                                                    found.weights_desc()))});
  if (!conv.bias.empty()) {
    const Desc layout = row_major(conv.bias.shape());
    reads.push_back(
        {DNNL_ARG_BIAS, fixed_place(weights.get(step.head(), "bias", conv.bias, layout, layout))});
  }
  const Place to = planner.write(step.result(), found.dst_desc());
  planner.add(convolution_forward(found), found.scratchpad_desc(),
              planner.fact(step, std::string("onednn:") + found.impl_info_str(), to.layout), reads,
              {DNNL_ARG_DST, to});
}

// oneDNN 2.6.3's convolutions by matrix products add the wrong elements of a map in channels-last
// layouts.
bool adds_wrongly(const convolution_forward::primitive_desc& found, const PostOps& post_ops,
                  const Desc& dst) {
  const std::string_view implementation = found.impl_info_str();
  return post_ops.read_maps() && implementation.find("gemm:jit") != implementation.npos &&
         dst != row_major(dst.dims());
}

bool plan_in_layouts(Planner& planner, const Step& step, const Geometry& g, const Desc& src,
                     const Desc& dst) {
  const PostOps post_ops = PostOps(planner, dst).append_followers(step);
  const auto found = fast<convolution_forward>(g.desc(src, dst), strict_attributes(post_ops.ops()),
                                               planner.engine());
  if (!found || adds_wrongly(*found, post_ops, dst)) return false;
  add_convolution(planner, step, post_ops, *found);
  return true;
}

// In the layouts that oneDNN wants for it; what it can't do in one go (residual sums) comes after.
bool plan_winograd(Planner& planner, const Step& step, Geometry g, const Shape& in,
                   const Shape& out) {
  g.algorithm = dnnl::algorithm::convolution_winograd;
  const auto found =
      fast<convolution_forward>(g.desc(any(in), any(out)), strict_attributes(), planner.engine());
  if (!found) return false;
  const auto plan = [&](const Step& nodes) {
    return plan_in_layouts(planner, nodes, g, found->src_desc(), found->dst_desc());
  };
  if (plan(step)) return true;
  if (step.nodes.size() == 1 || !plan({{step.head()}})) return false;
  for (std::size_t i = 1; i < step.nodes.size(); ++i) plan_step(planner, {{step.nodes[i]}});
  return true;
}

}  // namespace

// Layouts are tried in an order found by measuring. AVX-512: channels last and blocks of 16
// channels are equally fast on ResNet50 and VGG16, and channels last needs no padding; networks
// with depthwise layers are up to 1.2 times faster in blocks (MobileNetV2 in batches, YuNet on
// large images). Narrower vectors: oneDNN's own choice is up to twice as fast as channels last on
// 3x3 layers. Plain NCHW is what is left for odd shapes.
bool plan_convolution(Planner& planner, const Step& step) {
  const Node& node = planner.node(step.head());
  const Shape &in = planner.shape(node.inputs[0]), &out = planner.shape(step.head());
  const Geometry g = geometry(std::get<Conv2d>(node.op));
  const auto with = [&](const Desc& src, const Desc& dst) {
    return plan_in_layouts(planner, step, g, src, dst);
  };
  if (planner.winograd() && plan_winograd(planner, step, g, in, out)) return true;
  if (has_avx512() && planner.prefers_blocks()) {
    const bool few = in[1] < 4;  // an image: oneDNN has kernels that turn it into blocks
    if (few && with(row_major(in), blocks_of_16(out))) return true;
    if (with(blocks_of_16(in), blocks_of_16(out))) return true;
  }
  if (has_avx512() && with(channels_last(in), channels_last(out))) return true;
  const auto own =
      fast<convolution_forward>(g.desc(any(in), any(out)), strict_attributes(), planner.engine());
  if (own && with(own->src_desc(), own->dst_desc())) return true;
  if (!has_avx512() && with(channels_last(in), channels_last(out))) return true;
  return with(row_major(in), row_major(out));
}

}  // namespace bench::onednn
