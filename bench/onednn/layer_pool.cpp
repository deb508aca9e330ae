#include <algorithm>

#include "bench/onednn/layers.h"

namespace bench::onednn {
namespace {

using dnnl::algorithm;
using dnnl::pooling_forward;

struct Window {
  Pair kernel, stride;
  Padding pad;  ///< as far as windows reach
};

// How far the last window reaches past the input, which ceil_mode may make more than the padding.
std::int64_t reach(std::int64_t in, std::int64_t out, int kernel, int stride, int before) {
  return (out - 1) * stride + kernel - in - before;
}

// oneDNN takes no window that lies in the padding altogether.
bool fits(const Window& w) {
  return std::max(w.pad.top, w.pad.bottom) < w.kernel.h &&
         std::max(w.pad.left, w.pad.right) < w.kernel.w;
}

Window widened(const Window& window, const Shape& in, const Shape& out) {
  Window w = window;
  const auto bottom = reach(in[2], out[2], w.kernel.h, w.stride.h, w.pad.top);
  const auto right = reach(in[3], out[3], w.kernel.w, w.stride.w, w.pad.left);
  w.pad.bottom = std::max(w.pad.bottom, static_cast<int>(bottom));
  w.pad.right = std::max(w.pad.right, static_cast<int>(right));
  return w;
}

bool add_pool(Planner& planner, NodeId id, algorithm kind, const Window& window, const Shape& out) {
  const NodeId source = planner.node(id).inputs[0];
  // A Reduce without its axes has another shape, but as one pixel's channels the same order.
  const bool same_shape = planner.shape(id) == out;
  const bool blocked = same_shape && is_blocked(planner.layout(source));
  const Desc any(out, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
  const Desc src = blocked ? planner.layout(source) : channels_last(planner.shape(source));
  const Desc dst = blocked ? any : channels_last(out);
  const pooling_forward::desc desc(
      dnnl::prop_kind::forward_inference, kind, src, dst, {window.stride.h, window.stride.w},
      {window.kernel.h, window.kernel.w}, {window.pad.top, window.pad.left},
      {window.pad.bottom, window.pad.right});
  const auto found = fast<pooling_forward>(desc, strict_attributes(), planner.engine());
  if (!found) return false;
  const Place from = planner.read(source, src);
  Place to = planner.write(id, same_shape ? found->dst_desc() : row_major(planner.shape(id)));
  const LayerFact fact =
      planner.fact({{id}}, std::string("onednn:") + found->impl_info_str(), to.layout);
  to.layout = found->dst_desc();
  planner.add(pooling_forward(*found), found->scratchpad_desc(), fact, {{DNNL_ARG_SRC, from}},
              {DNNL_ARG_DST, to});
  return true;
}

bool is_mean_over(const std::vector<int>& wanted, const Reduce& reduce, std::size_t rank) {
  std::vector<int> axes;
  for (const int axis : reduce.axes) axes.push_back(axis < 0 ? axis + 4 : axis);
  std::sort(axes.begin(), axes.end());
  return rank == 4 && reduce.kind == Reduce::Kind::mean && axes == wanted;
}

// Of every pixel: with channels last, rows of a matrix.
bool add_mean_of_channels(Planner& planner, NodeId id) {
  const NodeId source = planner.node(id).inputs[0];
  const Shape& in = planner.shape(source);
  const std::int64_t pixels = in[0] * in[2] * in[3];
  const Desc src = row_major({pixels, in[1]}), dst = row_major({pixels, 1});
  const dnnl::reduction::desc desc(algorithm::reduction_mean, src, dst, 0, 0);
  const auto found = fast<dnnl::reduction>(desc, strict_attributes(), planner.engine());
  if (!found) return false;
  Place from = planner.read(source, channels_last(in));
  from.layout = src;
  Place to = planner.write(id, row_major(planner.shape(id)));
  const LayerFact fact =
      planner.fact({{id}}, std::string("onednn:") + found->impl_info_str(), to.layout);
  to.layout = dst;
  planner.add(dnnl::reduction(*found), found->scratchpad_desc(), fact, {{DNNL_ARG_SRC, from}},
              {DNNL_ARG_DST, to});
  return true;
}

}  // namespace

bool plan_max_pool(Planner& planner, NodeId id) {
  const auto& pool = std::get<MaxPool>(planner.node(id).op);
  const Shape &in = planner.shape(planner.node(id).inputs[0]), &out = planner.shape(id);
  if (pool.dilation != Pair{1, 1}) return false;
  const Window window = widened({pool.kernel, pool.stride, pool.pad}, in, out);
  return fits(window) && add_pool(planner, id, algorithm::pooling_max, window, out);
}

bool plan_average_pool(Planner& planner, NodeId id) {
  const auto& pool = std::get<AveragePool>(planner.node(id).op);
  const Shape &in = planner.shape(planner.node(id).inputs[0]), &out = planner.shape(id);
  const Window window = widened({pool.kernel, pool.stride, pool.pad}, in, out);
  // oneDNN would count what ceil_mode reaches beyond the padding as well.
  if (pool.count_include_pad && window.pad != pool.pad) return false;
  const algorithm kind = pool.count_include_pad ? algorithm::pooling_avg_include_padding
                                                : algorithm::pooling_avg_exclude_padding;
  return fits(window) && add_pool(planner, id, kind, window, out);
}

bool plan_reduce(Planner& planner, NodeId id) {
  const auto& reduce = std::get<Reduce>(planner.node(id).op);
  const Shape& in = planner.shape(planner.node(id).inputs[0]);
  if (is_mean_over({1}, reduce, in.size())) return add_mean_of_channels(planner, id);
  if (!is_mean_over({2, 3}, reduce, in.size())) return false;
  const Pair all{static_cast<int>(in[2]), static_cast<int>(in[3])};
  const Shape out{in[0], in[1], 1, 1};
  return add_pool(planner, id, algorithm::pooling_avg_exclude_padding, {all, {1, 1}, {}}, out);
}

}  // namespace bench::onednn
