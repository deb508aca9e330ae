#include <algorithm>

#include "bench/onednn/layers.h"
#include "models/resize_neighbours.h"

namespace bench::onednn {
namespace {

// The two input pixels an output pixel lies between, and the share of the second.
struct Tap {
  std::int64_t first = 0, second = 0;
  float share = 0;
};

std::vector<Tap> taps(const Resize& op, std::int64_t in, std::int64_t out, float scale) {
  std::vector<Tap> list;
  for (const Neighbours& n : neighbours(op, in, out, scale)) {
    list.push_back({n.first, n.second, static_cast<float>(n.share)});
  }
  return list;
}

// All in channels-last order: a pixel is `channels` numbers side by side.
struct Resampling {
  std::vector<Tap> rows, columns;
  std::int64_t images = 0, in_height = 0, in_width = 0, channels = 0;
  bool nearest = false;

  void run(const float* from, float* to) const {
    for (std::int64_t n = 0; n < images; ++n, from += in_height * in_width * channels) {
      for (const Tap& y : rows) {
        const float* upper = from + y.first * in_width * channels;
        const float* lower = from + y.second * in_width * channels;
        for (const Tap& x : columns) {
          if (nearest) {
            std::copy_n(upper + x.first * channels, channels, to);
          } else {
            blend(upper, lower, x, y.share, to);
          }
          to += channels;
        }
      }
    }
  }

  void blend(const float* upper, const float* lower, const Tap& x, float down, float* to) const {
    const float *a = upper + x.first * channels, *b = upper + x.second * channels;
    const float *c = lower + x.first * channels, *d = lower + x.second * channels;
    for (std::int64_t i = 0; i < channels; ++i) {
      const float above = a[i] * (1 - x.share) + b[i] * x.share;
      const float below = c[i] * (1 - x.share) + d[i] * x.share;
      to[i] = above * (1 - down) + below * down;
    }
  }
};

}  // namespace

bool plan_resize(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  const auto& op = std::get<Resize>(node.op);
  const Shape &in = planner.shape(node.inputs[0]), &out = planner.shape(id);
  Resampling resampling{taps(op, in[2], out[2], op.scale_h),
                        taps(op, in[3], out[3], op.scale_h > 0 ? op.scale_w : 0),
                        in[0],
                        in[2],
                        in[3],
                        in[1],
                        op.mode == Resize::Mode::nearest};
  const Place from = planner.read(node.inputs[0], channels_last(in));
  const Place to = planner.write(id, channels_last(out));
  Layer layer;
  layer.fact = planner.fact({{id}}, "loops", to.layout);
  layer.reads = {from};
  layer.writes = {to};
  layer.bind = [=, work = std::move(resampling)](Workspace& workspace) -> Work {
    return [&work, in = workspace.data(from), out = workspace.data(to)] { work.run(in, out); };
  };
  planner.add(std::move(layer));
  return true;
}

}  // namespace bench::onednn
