#include <algorithm>
#include <functional>
#include <numeric>

#include "models/anchors.h"
#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::string_view name = "ssd";
constexpr double least_score = 0.01;
constexpr NmsRule rule{.overlap = 0.45, .candidates = 200};
constexpr std::size_t kept_of_image = 100;

/// What stands above the threshold, class by class, in the order of the anchors.
std::vector<std::vector<Detection>> candidates(std::span<const float> codes,
                                               std::span<const float> logits,
                                               const std::vector<Anchor>& anchors,
                                               const Geometry& g) {
  const std::size_t classes = logits.size() / anchors.size();
  std::vector<std::vector<Detection>> found(classes - 1);
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const Box b = decode_box(BoxCode::centre, anchors[i], codes.subspan(4 * i, 4));
    const Box box = on_image(
        {b.x1 * g.input_width, b.y1 * g.input_height, b.x2 * g.input_width, b.y2 * g.input_height},
        g);
    const auto scores = softmax(logits.subspan(classes * i, classes));
    for (std::size_t c = 1; c < classes; ++c) {
      if (scores[c] <= least_score) continue;  // suppress() refuses NaNs
      found[c - 1].push_back({.label = static_cast<int>(c) - 1, .score = scores[c], .box = box});
    }
  }
  return found;
}

/// The best of the image, in the order given; of equal scores the first.
std::vector<Detection> best_of(const std::vector<Detection>& all) {
  if (all.size() <= kept_of_image) return all;
  std::vector<std::size_t> ranks(all.size());
  std::iota(ranks.begin(), ranks.end(), std::size_t{0});
  std::ranges::stable_sort(ranks, std::greater{}, [&](std::size_t i) { return all[i].score; });
  ranks.resize(kept_of_image);
  std::ranges::sort(ranks);
  std::vector<Detection> kept;
  for (const std::size_t i : ranks) kept.push_back(all[i]);
  return kept;
}

Answer decode(const ViewOutputs& view, std::size_t boxes_at, std::size_t logits_at) {
  const Geometry& g = view.geometry;
  const auto anchors = anchors_of(ssd_lite_anchors({g.input_height, g.input_width}));
  const auto count = static_cast<std::int64_t>(anchors.size());
  const auto codes = checked_output(view, boxes_at, {1, count, 4}, name);
  const auto logits = checked_output(view, logits_at, {1, count, -1}, name);
  if (logits.size() < 2 * anchors.size()) {
    throw Error(Fault::bad_data, "decoder 'ssd': the network names no class but the background");
  }
  std::vector<Detection> found;
  for (const auto& of_class : candidates(codes, logits, anchors, g)) {
    for (const Detection& d : suppress(of_class, rule)) found.push_back(as_voc(d, g));
  }
  return Detections{best_of(found)};
}

}  // namespace

Decode decode_ssd(const Graph& graph, const DecodeFacts&) {
  const std::size_t boxes = output_index(graph, name, "boxes");
  const std::size_t logits = output_index(graph, name, "logits");
  return [=](std::span<const ViewOutputs> views) {
    return decode(only_view(views, name), boxes, logits);
  };
}

}  // namespace bench
