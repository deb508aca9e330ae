#include "evaluators/voc_match.h"

#include <algorithm>
#include <tuple>

namespace bench {
namespace {

/// A ground-truth box while an image is matched.
struct Target {
  const ObjectBox* object;
  bool taken = false;
};

bool enough(double overlap, const VocRules& rules) {
  return rules.strict ? overlap > rules.iou : overlap >= rules.iou;
}

/// The target of this label with the largest overlap, the first of equals.
Target* best_target(std::vector<Target>& targets, const Detection& detection, const VocRules& rules,
                    bool free_only, double& largest) {
  Target* best = nullptr;
  for (Target& target : targets) {
    if (target.object->label != detection.label || (free_only && target.taken)) continue;
    const double value = overlap(detection.box, target.object->box, rules);
    if (best && value <= largest) continue;
    best = &target;
    largest = value;
  }
  return best;
}

Outcome judge(std::vector<Target>& targets, const Detection& detection, const VocRules& rules) {
  double largest = 0;
  Target* best = best_target(targets, detection, rules, rules.second_choice, largest);
  if (!best || !enough(largest, rules)) return Outcome::miss;
  const bool difficult = best->object->difficult;
  if (difficult && rules.difficult == VocRules::Difficult::ignored) return Outcome::ignored;
  if (best->taken) return Outcome::miss;
  best->taken = true;
  return Outcome::hit;
}

}  // namespace

double overlap(const Box& a, const Box& b, const VocRules& rules) {
  const double width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + rules.pixel;
  const double height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + rules.pixel;
  if (width <= 0 || height <= 0) return 0;
  const auto area = [&](const Box& box) {
    return (box.x2 - box.x1 + rules.pixel) * (box.y2 - box.y1 + rules.pixel);
  };
  return width * height / (area(a) + area(b) - width * height + rules.epsilon);
}

bool ranks_before(const Judged& a, const Judged& b, const VocRules& rules) {
  if (a.score != b.score) return a.score > b.score;
  const auto first = std::tie(a.order, a.image, a.position);
  const auto second = std::tie(b.order, b.image, b.position);
  return rules.ties_reversed ? first > second : first < second;
}

std::vector<Judged> match(const std::vector<Detection>& detections,
                          const std::vector<ObjectBox>& objects, const VocRules& rules) {
  std::vector<Target> targets;
  for (const ObjectBox& object : objects) {
    const bool dropped = rules.difficult == VocRules::Difficult::dropped && object.difficult;
    if (!dropped) targets.push_back({&object});
  }
  std::vector<Judged> judged;
  judged.reserve(detections.size());
  for (const Detection& one : detections) {
    const int position = static_cast<int>(judged.size());
    judged.push_back({one.score, one.order, 0, position, one.label, Outcome::miss});
  }
  std::sort(judged.begin(), judged.end(),
            [&](const Judged& a, const Judged& b) { return ranks_before(a, b, rules); });
  for (Judged& one : judged) {
    one.outcome = judge(targets, detections[static_cast<std::size_t>(one.position)], rules);
  }
  return judged;
}

}  // namespace bench
