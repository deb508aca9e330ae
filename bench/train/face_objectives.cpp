#include "bench/train/face_objectives.h"

#include <ATen/ATen.h>

#include <cmath>

#include "bench/train/losses.h"
#include "bench/train/objective_parts.h"
#include "models/random.h"

namespace bench {
namespace {

// Uniform within the bound of Glorot and Bengio 2010, equation 16, as face.evoLVe begins its heads.
at::Tensor first_weight(const ObjectiveFacts& facts, std::string_view objective) {
  if (facts.classes < 2) {
    fail_objective(objective, "needs at least 2 persons to tell apart, the data set has " +
                                  std::to_string(facts.classes));
  }
  const std::int64_t features = only_output_shape(facts, 2, objective)[1];
  const float bound = std::sqrt(6.0f / static_cast<float>(features + facts.classes));
  Random random(facts.seed);
  at::Tensor weight =
      to_torch(random.tensor({facts.classes, features}, -bound, bound), facts.device);
  return weight.requires_grad_();
}

class SoftmaxHead : public Objective {
 public:
  explicit SoftmaxHead(at::Tensor weight)
      : weight_(std::move(weight)),
        bias_(at::zeros({weight_.size(0)}, weight_.options()).requires_grad_()) {}

  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor labels = class_labels(targets, outputs.at(0), weight_.size(0), "softmax-head");
    return cross_entropy(at::linear(outputs[0], weight_, bias_), labels);
  }
  std::vector<at::Tensor> parameters() override { return {weight_, bias_}; }

 private:
  at::Tensor weight_, bias_;
};

class ArcFaceHead : public Objective {
 public:
  ArcFaceHead(at::Tensor centres, const ArcFace& options)
      : centres_(std::move(centres)), options_(options) {}

  at::Tensor loss(const std::vector<at::Tensor>& outputs,
                  std::span<const Target> targets) override {
    const at::Tensor labels = class_labels(targets, outputs.at(0), centres_.size(0), "arc-face");
    return cross_entropy(arc_face_logits(outputs[0], centres_, labels, options_), labels);
  }
  std::vector<at::Tensor> parameters() override { return {centres_}; }

 private:
  at::Tensor centres_;
  ArcFace options_;
};

ArcFace::Guard guard_of(JsonFields& fields) {
  const std::string guard = fields.text_or("guard", "easy");
  if (guard != "easy" && guard != "monotone") fields.fail("guard", "expected easy or monotone");
  return guard == "easy" ? ArcFace::Guard::easy : ArcFace::Guard::monotone;
}

}  // namespace

std::unique_ptr<Objective> softmax_head_objective(const Json& options,
                                                  const ObjectiveFacts& facts) {
  fields_of(options, "softmax-head").finish();
  return std::make_unique<SoftmaxHead>(first_weight(facts, "softmax-head"));
}

std::unique_ptr<Objective> arc_face_objective(const Json& options, const ObjectiveFacts& facts) {
  JsonFields fields = fields_of(options, "arc-face");
  const ArcFace arc_face{.scale = fields.number_or("scale", 64),
                         .margin = fields.number_or("margin", 0.5),
                         .guard = guard_of(fields)};
  fields.finish();
  return std::make_unique<ArcFaceHead>(first_weight(facts, "arc-face"), arc_face);
}

}  // namespace bench
