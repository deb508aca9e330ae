#include "bench/train/multibox_objective.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "bench/train/box_matching.h"
#include "bench/train/objective_parts.h"
#include "models/anchors.h"

namespace bench {
namespace {

constexpr std::string_view name = "multibox";

struct Options {
  bool dsfd = false;
  double overlap = 0, negatives = 0;
  bool difficult = false;
};

Options options_of(const Json& json) {
  JsonFields fields = fields_of(json, name);
  const std::string form = fields.text("form");
  if (form != "ssd" && form != "dsfd") fields.fail("form", "expected ssd or dsfd");
  const bool dsfd = form == "dsfd";
  const Options options{dsfd, fields.number_or("overlap", dsfd ? 0.35 : 0.5),
                        fields.number_or("negatives", 3), fields.boolean_or("difficult", false)};
  if (!(options.overlap > 0 && options.overlap <= 1)) fields.fail("overlap", "expected 0 to 1");
  if (!(options.negatives >= 0 && options.negatives < 1e6)) {
    fields.fail("negatives", "expected a number from 0 on");
  }
  fields.finish();
  return options;
}

/// What one image has to teach: boxes in fractions of the input, each with its class (from 1).
struct Lesson {
  std::vector<Box> boxes;
  std::vector<std::int64_t> labels;
};

/// What the anchors of one image are to say.
struct Wanted {
  std::vector<int> matches;
  std::vector<std::int64_t> labels;
  std::vector<float> codes;
};

/// The same of a batch: N x A, N x A x 4, and whose class counts: N x A, 0 or 1.
struct Batch {
  at::Tensor labels, codes, counted;

  Batch on(at::Device device) const {
    return {labels.to(device), codes.to(device), counted.to(device)};
  }
};

class Multibox : public Objective {
 public:
  Multibox(const Options& options, Pair image, std::size_t boxes_at, std::size_t logits_at)
      : options_(options),
        image_(image),
        boxes_at_(boxes_at),
        logits_at_(logits_at),
        anchors_(anchors_of(options.dsfd ? dsfd_anchors(image) : ssd_lite_anchors(image))) {
    std::ranges::transform(anchors_, std::back_inserter(anchor_boxes_), box_of);
  }

  const std::vector<Anchor>& anchors() const { return anchors_; }

  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor &boxes = outputs.at(boxes_at_), &logits = outputs.at(logits_at_);
    check_count(targets, logits.size(0), name);
    const at::Tensor scores = at::log_softmax(logits, -1);
    const Batch batch = batch_of(targets, scores);
    const at::Tensor matched = at::gt(batch.labels, 0);
    const at::Tensor of_class = scores.gather(2, batch.labels.unsqueeze(2)).squeeze(2);
    const at::Tensor distance = at::smooth_l1_loss(boxes, batch.codes, at::Reduction::None);
    const at::Tensor sum =
        (distance * matched.unsqueeze(2)).sum() - (of_class * batch.counted).sum();
    return sum / at::clamp_min(matched.sum(), 1);
  }

 private:
  void add(Lesson& lesson, const Box& box, int label, std::int64_t classes) const {
    if (label < 0 || label + 1 >= classes) {
      fail_objective(name, "label " + std::to_string(label) + " of " + std::to_string(classes - 1) +
                               " classes");
    }
    if (!(box.x2 > box.x1 && box.y2 > box.y1)) return;
    lesson.boxes.push_back(
        {box.x1 / image_.w, box.y1 / image_.h, box.x2 / image_.w, box.y2 / image_.h});
    lesson.labels.push_back(label + 1);
  }

  Lesson lesson_of(const Target& target, std::int64_t classes) const {
    Lesson lesson;
    if (const auto* faces = std::get_if<std::vector<FaceBox>>(&target)) {
      for (const FaceBox& face : *faces) add(lesson, face.box, 0, classes);
    } else if (const auto* objects = std::get_if<std::vector<ObjectBox>>(&target)) {
      for (const ObjectBox& object : *objects) {
        if (object.difficult && !options_.difficult) continue;
        add(lesson, object.box, object.label, classes);
      }
    } else {
      fail_objective(name, "cannot learn from what this data set says");
    }
    return lesson;
  }

  Wanted wanted_of(const Lesson& lesson) const {
    const BoxCode code = options_.dsfd ? BoxCode::corners : BoxCode::centre;
    Wanted wanted{match_anchors(anchor_boxes_, lesson.boxes, options_.overlap), {}, {}};
    wanted.labels.assign(anchors_.size(), 0);
    wanted.codes.assign(4 * anchors_.size(), 0);
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
      if (wanted.matches[i] == background) continue;
      const auto box = static_cast<std::size_t>(wanted.matches[i]);
      wanted.labels[i] = lesson.labels[box];
      const auto numbers = encode_box(code, anchors_[i], lesson.boxes[box]);
      std::ranges::transform(numbers, wanted.codes.begin() + static_cast<std::ptrdiff_t>(4 * i),
                             [](double n) { return static_cast<float>(n); });
    }
    return wanted;
  }

  // What all anchors of a batch are to say, from the logarithms of their probabilities.
  Batch batch_of(std::span<const Target> targets, const at::Tensor& scores) const {
    const std::int64_t images = scores.size(0), count = scores.size(1);
    const at::Tensor losses = -scores.detach().select(2, 0).cpu().contiguous();
    const Batch batch{at::zeros({images, count}, at::kLong), at::zeros({images, count, 4}),
                      at::zeros({images, count})};
    for (std::int64_t i = 0; i < images; ++i) {
      const Wanted wanted =
          wanted_of(lesson_of(targets[static_cast<std::size_t>(i)], scores.size(2)));
      std::ranges::copy(wanted.labels, batch.labels.data_ptr<std::int64_t>() + i * count);
      std::ranges::copy(wanted.codes, batch.codes.data_ptr<float>() + i * count * 4);
      count_in(wanted, {losses.data_ptr<float>() + i * count, anchors_.size()},
               {batch.counted.data_ptr<float>() + i * count, anchors_.size()});
    }
    return batch.on(scores.device());
  }

  // 1 where an anchor's class counts: where it learns a box, and on the hardest background.
  void count_in(const Wanted& wanted, std::span<const float> losses,
                std::span<float> counted) const {
    std::size_t matched = 0;
    for (std::size_t i = 0; i < counted.size(); ++i) {
      if (wanted.matches[i] == background) continue;
      counted[i] = 1;
      ++matched;
    }
    const auto negatives =
        static_cast<std::size_t>(std::floor(options_.negatives * static_cast<double>(matched)));
    for (const std::size_t i : hardest_negatives(wanted.matches, losses, negatives)) counted[i] = 1;
  }

  Options options_;
  Pair image_;
  std::size_t boxes_at_, logits_at_;
  std::vector<Anchor> anchors_;
  std::vector<Box> anchor_boxes_;
};

void check_shapes(const Options& options, const Shape& boxes, const Shape& logits,
                  std::size_t anchors) {
  const auto count = static_cast<std::int64_t>(anchors);
  const auto fits = [&](const Shape& shape, std::int64_t numbers) {
    return shape.size() == 3 && shape[1] == count && (numbers < 0 || shape[2] == numbers);
  };
  const auto check = [&](const std::string& output, const Shape& shape, std::int64_t numbers) {
    if (fits(shape, numbers)) return;
    fail_objective(name, "output '" + output + "' is " + to_string(shape) + ", wanted " +
                             to_string({-1, count, numbers}));
  };
  check("boxes", boxes, 4);
  check("logits", logits, options.dsfd ? 2 : -1);
  if (logits[2] < 2) fail_objective(name, "the network names no class but the background");
}

}  // namespace

std::unique_ptr<Objective> multibox_objective(const Json& json, const ObjectiveFacts& facts) {
  const Options options = options_of(json);
  const std::size_t boxes = named_output(facts, "boxes", name);
  const std::size_t logits = named_output(facts, "logits", name);
  const std::vector<Shape> shapes = infer_shapes(facts.graph, facts.input);
  const auto shape_of = [&](std::size_t output) {
    return shapes[static_cast<std::size_t>(facts.graph.outputs[output].node)];
  };
  const Pair image{static_cast<int>(facts.input[2]), static_cast<int>(facts.input[3])};
  auto objective = std::make_unique<Multibox>(options, image, boxes, logits);
  check_shapes(options, shape_of(boxes), shape_of(logits), objective->anchors().size());
  return objective;
}

}  // namespace bench
