#include "bench/onednn/elementwise.h"
#include "bench/onednn/layers.h"

namespace bench::onednn {
namespace {

using dnnl::binary;

// In row-major maps of one pixel, of several images, oneDNN 2.6.3 reads the wrong channel's number
// of an operand that comes behind another operation: for 2 x 17 x 1 x 1, say.
bool mixes_up_channels(const Desc& layout) {
  const Shape dims = layout.dims();
  return dims.size() > 2 && count(dims) == dims[0] * dims[1] && layout == row_major(dims);
}

// How a value lies in memory, or may be taken to lie.
Desc layout_of(Planner& planner, NodeId id) {
  const Desc now = planner.layout(id);
  return now.dims().size() == 4 && mixes_up_channels(now) ? channels_last(planner.shape(id)) : now;
}

// src0 in `layout` op src1, with what follows. `src1` was found to fit already.
bool add_binary(Planner& planner, const Step& step, dnnl::algorithm algorithm, NodeId src0,
                const Desc layout, const Desc& src1, const std::function<Place()>& read_src1,
                const PostOps& post_ops) {
  const auto found = fast<binary>(binary::desc(algorithm, layout, src1, layout),
                                  strict_attributes(post_ops.ops()), planner.engine());
  if (!found || (mixes_up_channels(layout) && post_ops.ops().len() > 0)) return false;
  std::vector<Argument> reads = post_ops.arguments();
  reads.push_back({DNNL_ARG_SRC_0, planner.read(src0, layout)});
  reads.push_back({DNNL_ARG_SRC_1, read_src1()});
  const Place to = planner.write(step.result(), layout);
  planner.add(binary(*found), found->scratchpad_desc(),
              planner.fact(step, std::string("onednn:") + found->impl_info_str(), layout), reads,
              {DNNL_ARG_DST, to});
  return true;
}

// `shape` with ones in front up to the rank of `full`, if that broadcasts to it.
std::optional<Shape> broadcast_shape(const Shape& shape, const Shape& full) {
  if (shape.size() > full.size()) return std::nullopt;
  Shape padded(full.size() - shape.size(), 1);
  padded.insert(padded.end(), shape.begin(), shape.end());
  for (std::size_t i = 0; i < full.size(); ++i) {
    if (padded[i] != full[i] && padded[i] != 1) return std::nullopt;
  }
  return padded;
}

}  // namespace

bool plan_arithmetic(Planner& planner, const Step& step) {
  const Node& node = planner.node(step.head());
  const Arithmetic::Kind kind = std::get<Arithmetic>(node.op).kind;
  if (kind == Arithmetic::Kind::pow) return false;
  const Shape& out = planner.shape(step.head());
  NodeId src0 = node.inputs[0], src1 = node.inputs[1];
  if (planner.shape(src0) != out) {  // oneDNN broadcasts the second operand only
    if (kind == Arithmetic::Kind::sub || kind == Arithmetic::Kind::div) return false;
    std::swap(src0, src1);
  }
  const std::optional<Shape> broadcast = broadcast_shape(planner.shape(src1), out);
  if (planner.shape(src0) != out || !broadcast || out.empty()) return false;

  const PostOps post_ops = PostOps(planner, layout_of(planner, src0)).append_followers(step);
  if (planner.shape(src1) == out) {
    const Desc layout = layout_of(planner, src0);
    return add_binary(
        planner, step, algorithm_of(kind), src0, layout, layout,
        [&] { return planner.read(src1, layout); }, post_ops);
  }
  const Desc layout = row_major(*broadcast);
  return add_binary(
      planner, step, algorithm_of(kind), src0, layout_of(planner, src0), layout,
      [&] { return planner.read_as(src1, layout); }, post_ops);
}

bool plan_batch_norm(Planner& planner, const Step& step) {
  const Node& node = planner.node(step.head());
  const NodeId src = node.inputs[0];
  const Desc scale =
      per_channel(std::get<BatchNorm>(node.op).gamma.size(), planner.shape(src).size());
  const auto with = [&](const Desc layout) {
    PostOps post_ops(planner, layout);
    post_ops.append_shift(step.head()).append_followers(step);
    return add_binary(
        planner, step, dnnl::algorithm::binary_mul, src, layout, scale,
        [&] { return fixed_place(scale_of(planner, step.head(), scale)); }, post_ops);
  };
  const Desc now = layout_of(planner, src);
  if (with(now)) return true;
  // Without AVX-512 oneDNN has no kernel for numbers per channel of blocks.
  return is_blocked(now) && planner.shape(src).size() == 4 &&
         with(channels_last(planner.shape(src)));
}

}  // namespace bench::onednn
