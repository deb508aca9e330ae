#include <cmath>

#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"
#include "models/error.h"
#include "models/proposals.h"

namespace bench {
namespace {

constexpr std::string_view name = "faster-rcnn";
constexpr double least_score = 1e-3;
constexpr NmsRule rule{.overlap = 0.3};

using Numbers = std::span<const float>;

Box box_of(Numbers region, Numbers deltas, const Geometry& g) {
  BoxDeltas by;
  for (std::size_t k = 0; k < 4; ++k) by[k] = double{deltas[k]} * region_deviations[k];
  const Box box = clipped(moved({region[1], region[2], region[3], region[4]}, by), g.input_height,
                          g.input_width);
  if (std::isnan(box.x1 + box.y1 + box.x2 + box.y2)) {
    throw Error(Fault::bad_data, "decoder 'faster-rcnn': a box without finite corners");
  }
  return on_image(box, g);
}

// What stands above the threshold, class by class, each box with the point behind its last pixel:
// there is where suppress takes it to end.
std::vector<std::vector<Detection>> candidates(Numbers regions, Numbers logits, Numbers deltas,
                                               const Geometry& g) {
  const std::size_t count = regions.size() / 5, classes = logits.size() / count;
  std::vector<std::vector<Detection>> found(classes - 1);
  for (std::size_t r = 0; r < count; ++r) {
    const auto scores = softmax(logits.subspan(classes * r, classes));
    for (std::size_t c = 1; c < classes; ++c) {
      if (scores[c] <= least_score) continue;  // suppress() refuses NaNs
      Box box = box_of(regions.subspan(5 * r, 5), deltas.subspan(4 * (classes * r + c), 4), g);
      box.x2 += 1;
      box.y2 += 1;
      found[c - 1].push_back({.label = static_cast<int>(c) - 1, .score = scores[c], .box = box});
    }
  }
  return found;
}

struct Places {
  std::size_t rois, logits, deltas;
};

Answer decode(const ViewOutputs& view, const Places& at) {
  const auto regions = checked_output(view, at.rois, {-1, 5}, name);
  const auto count = static_cast<std::int64_t>(regions.size() / 5);
  const auto logits = checked_output(view, at.logits, {count, -1}, name);
  const std::int64_t classes = view.outputs[at.logits].dim(1);
  const auto deltas = checked_output(view, at.deltas, {count, 4 * classes}, name);
  if (count < 1 || classes < 2) {
    throw Error(Fault::bad_data,
                "decoder 'faster-rcnn': the network names no region, or no class but the "
                "background");
  }
  Detections result;
  for (const auto& of_class : candidates(regions, logits, deltas, view.geometry)) {
    for (Detection d : suppress(of_class, rule)) {
      d.box.x2 -= 1;
      d.box.y2 -= 1;
      result.items.push_back(as_voc(d, view.geometry));
    }
  }
  return result;
}

}  // namespace

Decode decode_faster_rcnn(const Graph& graph, const DecodeFacts&) {
  const auto at = [&](std::string_view output) { return output_index(graph, name, output); };
  const Places places{at("rois"), at("logits"), at("deltas")};
  return [places](std::span<const ViewOutputs> views) {
    return decode(only_view(views, name), places);
  };
}

}  // namespace bench
