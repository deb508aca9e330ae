#include "bench/train/faster_rcnn_objective.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>

#include "bench/train/box_matching.h"
#include "bench/train/losses.h"
#include "bench/train/objective_parts.h"
#include "models/proposals.h"
#include "models/random.h"

namespace bench {
namespace {

constexpr std::string_view name = "faster-rcnn";
constexpr double object_overlap = 0.7, background_overlap = 0.3, region_overlap = 0.5;

struct Options {
  std::int64_t anchors = 256, regions = 128;
  double region_share = 0.25;
  bool difficult = false;
};

Options options_of(const Json& json) {
  JsonFields fields = fields_of(json, name);
  Options options;
  options.anchors = fields.integer_or("anchors", options.anchors);
  options.regions = fields.integer_or("regions", options.regions);
  options.region_share = fields.number_or("region_share", options.region_share);
  options.difficult = fields.boolean_or("difficult", options.difficult);
  if (options.anchors < 1) fields.fail("anchors", "expected a number above 0");
  if (options.regions < 1) fields.fail("regions", "expected a number above 0");
  if (!(options.region_share > 0 && options.region_share <= 1)) {
    fields.fail("region_share", "expected a share above 0, at most 1");
  }
  fields.finish();
  return options;
}

// Boxes end where the pixel after their last one begins, as targets have them; or with that pixel.
Box as_points(const Box& b) { return {b.x1, b.y1, b.x2 + 1, b.y2 + 1}; }
Box as_pixels(const Box& b) { return {b.x1, b.y1, b.x2 - 1, b.y2 - 1}; }

/// What one image has to teach: boxes by points, each with its class (from 1).
struct Lesson {
  std::vector<Box> boxes;
  std::vector<std::int64_t> labels;
};

Lesson lesson_of(const std::vector<ObjectBox>& objects, std::int64_t classes, bool difficult) {
  Lesson lesson;
  for (const ObjectBox& object : objects) {
    if (object.difficult && !difficult) continue;
    if (object.label < 0 || object.label + 1 >= classes) {
      fail_objective(name, "label " + std::to_string(object.label) + " of " +
                               std::to_string(classes - 1) + " classes");
    }
    const Box& b = object.box;
    if (!(b.x2 > b.x1 && b.y2 > b.y1)) continue;
    lesson.boxes.push_back(b);
    lesson.labels.push_back(object.label + 1);
  }
  return lesson;
}

/// Which rows of a table are learnt from, what they are to say, and the boxes of those with one.
struct Sample {
  std::vector<std::int64_t> rows, labels;
  std::vector<std::int64_t> box_rows;
  std::vector<float> codes;  ///< four for each of box_rows

  void add(std::int64_t row, std::int64_t label) {
    rows.push_back(row);
    labels.push_back(label);
  }
  void add_box(std::int64_t row, const BoxDeltas& code) {
    box_rows.push_back(row);
    for (const double x : code) codes.push_back(static_cast<float>(x));
  }
};

using Numbers = std::vector<std::size_t>;

// At most `count` of them, drawn, by ascending number.
Numbers drawn(Numbers from, std::size_t count, Random& random) {
  const std::size_t kept = std::min(count, from.size());
  for (std::size_t i = 0; i < kept; ++i) {
    std::swap(from[i], from[i + random.next() % (from.size() - i)]);
  }
  from.resize(kept);
  std::ranges::sort(from);
  return from;
}

// So many in all; objects have at most their share, the background fills up.
std::pair<Numbers, Numbers> drawn_of_both(Numbers objects, Numbers empty, std::int64_t count,
                                          double share, Random& random) {
  const auto all = static_cast<std::size_t>(count);
  const auto most = static_cast<std::size_t>(static_cast<double>(count) * share);
  objects = drawn(std::move(objects), most, random);
  empty = drawn(std::move(empty), all - objects.size(), random);
  return {std::move(objects), std::move(empty)};
}

at::Tensor as_indices(const std::vector<std::int64_t>& list, at::Device device) {
  const at::Tensor tensor = at::empty({static_cast<std::int64_t>(list.size())}, at::kLong);
  std::ranges::copy(list, tensor.data_ptr<std::int64_t>());
  return tensor.to(device);
}

// Cross entropy and smooth L1 of a sample. logits: rows x classes; boxes: rows x 4.
at::Tensor loss_of(const Sample& sample, const at::Tensor& logits, const at::Tensor& boxes,
                   double sigma) {
  if (sample.rows.empty()) return at::zeros({}, logits.options());
  const auto indices = [&](const auto& list) { return as_indices(list, logits.device()); };
  const at::Tensor classes =
      cross_entropy(logits.index_select(0, indices(sample.rows)), indices(sample.labels));
  const auto learnt = static_cast<std::int64_t>(sample.box_rows.size());
  const at::Tensor wanted = at::empty({learnt, 4});
  std::ranges::copy(sample.codes, wanted.data_ptr<float>());
  const at::Tensor distance =
      at::smooth_l1_loss(boxes.index_select(0, indices(sample.box_rows)), wanted.to(boxes.device()),
                         at::Reduction::Sum, 1 / (sigma * sigma));
  return classes + distance / static_cast<double>(sample.rows.size());
}

// Random numbers that are others in every step, without anything to remember.
Random random_of(std::uint64_t seed, const at::Tensor& output) {
  const at::Tensor values = output.detach().cpu().contiguous();
  std::uint64_t mixed = seed;
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    mixed = Random(mixed ^ std::bit_cast<std::uint32_t>(values.data_ptr<float>()[i])).next();
  }
  return Random(mixed);
}

struct Places {
  std::size_t rpn_logits, rpn_deltas, rois, logits, deltas;
};

class FasterRcnn : public Objective {
 public:
  FasterRcnn(const Options& options, const Places& at, std::vector<Box> anchors, Pair image,
             std::uint64_t seed)
      : options_(options), at_(at), anchors_(std::move(anchors)), image_(image), seed_(seed) {
    std::ranges::transform(anchors_, std::back_inserter(anchor_points_), as_points);
  }

  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor &scores = outputs.at(at_.rpn_logits), &deltas = outputs.at(at_.rpn_deltas);
    const at::Tensor &logits = outputs.at(at_.logits), &boxes = outputs.at(at_.deltas);
    const std::int64_t images = scores.size(0), classes = logits.size(1);
    const auto truths = targets_of<std::vector<ObjectBox>>(targets, images, name);
    const Tensor rois = from_torch(outputs.at(at_.rois));
    Random random = random_of(seed_, scores);
    Sample anchors, regions;
    for (std::int64_t n = 0; n < images; ++n) {
      const Lesson lesson =
          lesson_of(*truths[static_cast<std::size_t>(n)], classes, options_.difficult);
      add_anchors(anchors, lesson, n, random);
      add_regions(regions, lesson, rois, n, images, classes, random);
    }
    // Anchors as rows: cell by cell, as all_anchors has them.
    const std::int64_t cells = scores.size(2) * scores.size(3), kinds = scores.size(1) / 2;
    const at::Tensor anchor_logits =
        scores.reshape({images, 2, kinds, cells}).permute({0, 3, 2, 1}).reshape({-1, 2});
    const at::Tensor anchor_boxes =
        deltas.reshape({images, kinds, 4, cells}).permute({0, 3, 1, 2}).reshape({-1, 4});
    return loss_of(anchors, anchor_logits, anchor_boxes, 3) +
           loss_of(regions, logits, boxes.reshape({-1, 4}), 1);
  }

 private:
  bool inside(const Box& b) const {
    return b.x1 >= 0 && b.y1 >= 0 && b.x2 < image_.w && b.y2 < image_.h;
  }

  void add_anchors(Sample& sample, const Lesson& lesson, std::int64_t image, Random& random) const {
    const auto objects = match_anchors(anchor_points_, lesson.boxes, object_overlap);
    const auto near = match_anchors(anchor_points_, lesson.boxes, background_overlap);
    Numbers with, without;
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
      if (!inside(anchors_[i])) continue;
      if (objects[i] != background) with.push_back(i);
      if (near[i] == background) without.push_back(i);
    }
    const auto first = image * static_cast<std::int64_t>(anchors_.size());
    const auto row = [&](std::size_t i) { return first + static_cast<std::int64_t>(i); };
    const auto [positive, negative] =
        drawn_of_both(std::move(with), std::move(without), options_.anchors, 0.5, random);
    for (const std::size_t i : negative) sample.add(row(i), 0);
    for (const std::size_t i : positive) {
      const Box& box = lesson.boxes[static_cast<std::size_t>(objects[i])];
      sample.add(row(i), 1);
      sample.add_box(row(i), deltas_between(anchors_[i], as_pixels(box)));
    }
  }

  void add_regions(Sample& sample, const Lesson& lesson, const Tensor& rois, std::int64_t image,
                   std::int64_t images, std::int64_t classes, Random& random) const {
    const std::int64_t each = rois.dim(0) / images, first = image * each;
    std::vector<Box> regions;
    for (std::int64_t r = first; r < first + each; ++r) {
      const float* region = rois.data<float>().data() + 5 * r;
      regions.push_back(as_points({region[1], region[2], region[3], region[4]}));
    }
    const auto matches = match_anchors(regions, lesson.boxes, region_overlap);
    Numbers with, without;
    for (std::size_t i = 0; i < regions.size(); ++i) {
      (is_learnt(regions[i], matches[i], lesson) ? with : without).push_back(i);
    }
    const auto [positive, negative] = drawn_of_both(
        std::move(with), std::move(without), options_.regions, options_.region_share, random);
    const auto row = [&](std::size_t i) { return first + static_cast<std::int64_t>(i); };
    for (const std::size_t i : negative) sample.add(row(i), 0);
    for (const std::size_t i : positive) {
      const auto object = static_cast<std::size_t>(matches[i]);
      const std::int64_t label = lesson.labels[object];
      BoxDeltas code = deltas_between(as_pixels(regions[i]), as_pixels(lesson.boxes[object]));
      for (std::size_t k = 0; k < 4; ++k) code[k] /= region_deviations[k];
      sample.add(row(i), label);
      sample.add_box(row(i) * classes + label, code);
    }
  }

  // A box's best region is not enough: it has to be good.
  static bool is_learnt(const Box& region, int match, const Lesson& lesson) {
    return match != background &&
           pixel_overlap(as_pixels(region),
                         as_pixels(lesson.boxes[static_cast<std::size_t>(match)])) >=
               region_overlap;
  }

  Options options_;
  Places at_;
  std::vector<Box> anchors_, anchor_points_{};
  Pair image_;
  std::uint64_t seed_;
};

const Node& proposals_of(const Graph& graph) {
  const Node* found = nullptr;
  for (const Node& node : graph.nodes) {
    if (!std::holds_alternative<Proposals>(node.op)) continue;
    if (found) fail_objective(name, "the network proposes regions in two places");
    found = &node;
  }
  if (!found) fail_objective(name, "the network has no node that proposes regions");
  return *found;
}

}  // namespace

std::unique_ptr<Objective> faster_rcnn_objective(const Json& json, const ObjectiveFacts& facts) {
  const Options options = options_of(json);
  const auto output = [&](std::string_view which) { return named_output(facts, which, name); };
  const Places at{output("rpn_logits"), output("rpn_deltas"), output("rois"), output("logits"),
                  output("deltas")};
  const auto& op = std::get<Proposals>(proposals_of(facts.graph).op);
  const std::vector<Shape> shapes = infer_shapes(facts.graph, facts.input);
  const auto check = [&](std::string_view which, std::size_t place, const Shape& wanted) {
    const Shape& shape = shapes[static_cast<std::size_t>(facts.graph.outputs[place].node)];
    if (shape == wanted) return;
    fail_objective(name, "output '" + std::string(which) + "' is " + to_string(shape) +
                             ", wanted " + to_string(wanted));
  };
  const Shape& scores = shapes[static_cast<std::size_t>(facts.graph.outputs[at.rpn_logits].node)];
  const Shape& classes = shapes[static_cast<std::size_t>(facts.graph.outputs[at.logits].node)];
  if (scores.size() != 4) fail_objective(name, "output 'rpn_logits' is " + to_string(scores));
  if (classes.size() != 2 || classes[1] < 2) {
    fail_objective(name, "output 'logits' is " + to_string(classes) + ", wanted R x C");
  }
  const std::int64_t images = facts.input[0], regions = images * op.kept;
  const auto kinds = static_cast<std::int64_t>(op.scales.size() * op.ratios.size());
  check("rpn_logits", at.rpn_logits, {images, 2 * kinds, scores[2], scores[3]});
  check("rpn_deltas", at.rpn_deltas, {images, 4 * kinds, scores[2], scores[3]});
  check("rois", at.rois, {regions, 5});
  check("logits", at.logits, {regions, classes[1]});
  check("deltas", at.deltas, {regions, 4 * classes[1]});
  const Pair image{static_cast<int>(facts.input[2]), static_cast<int>(facts.input[3])};
  return std::make_unique<FasterRcnn>(options, at, all_anchors(op, scores[2], scores[3]), image,
                                      facts.seed);
}

}  // namespace bench
