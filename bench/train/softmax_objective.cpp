#include "bench/train/softmax_objective.h"

#include <ATen/ATen.h>

#include "bench/train/losses.h"
#include "bench/train/objective_parts.h"

namespace bench {
namespace {

class SoftmaxLoss : public Objective {
 public:
  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor& logits = outputs.at(0);
    return cross_entropy(logits, class_labels(targets, logits, logits.size(1), "softmax"));
  }
};

class PixelLoss : public Objective {
 public:
  explicit PixelLoss(std::int64_t ignored) : ignored_(ignored) {}

  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor& logits = outputs.at(0);
    const auto maps = targets_of<LabelMap>(targets, logits.size(0), "pixels");
    const at::Tensor labels =
        at::empty({logits.size(0), logits.size(2), logits.size(3)}, at::kLong);
    auto* to = labels.data_ptr<std::int64_t>();
    for (const LabelMap* map : maps) {
      check(*map, logits);
      for (const std::uint8_t label : map->labels) *to++ = label;
    }
    return pixel_cross_entropy(logits, labels.to(logits.device()), ignored_);
  }

 private:
  void check(const LabelMap& map, const at::Tensor& logits) const {
    if (map.height != logits.size(2) || map.width != logits.size(3)) {
      fail_objective("pixels", "a label map of " + to_string(Shape{map.height, map.width}) +
                                   " for logits of " +
                                   to_string(Shape{logits.size(2), logits.size(3)}));
    }
    for (const std::uint8_t label : map.labels) {
      if (label == ignored_ || label < logits.size(1)) continue;
      fail_objective("pixels", "label " + std::to_string(label) + " of " +
                                   std::to_string(logits.size(1)) + " classes");
    }
  }

  std::int64_t ignored_;
};

}  // namespace

std::unique_ptr<Objective> softmax_objective(const Json& options, const ObjectiveFacts& facts) {
  fields_of(options, "softmax").finish();
  only_output_shape(facts, 2, "softmax");
  return std::make_unique<SoftmaxLoss>();
}

std::unique_ptr<Objective> pixels_objective(const Json& options, const ObjectiveFacts& facts) {
  JsonFields fields = fields_of(options, "pixels");
  const std::int64_t ignored = fields.integer_or("ignored", 255);
  fields.finish();
  only_output_shape(facts, 4, "pixels");
  return std::make_unique<PixelLoss>(ignored);
}

}  // namespace bench
