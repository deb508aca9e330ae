#include "bench/train/objective_parts.h"

#include <ATen/ATen.h>

#include "models/error.h"

namespace bench {

void fail_objective(std::string_view objective, const std::string& fault) {
  throw Error(Fault::bad_data, "objective '" + std::string(objective) + "': " + fault);
}

JsonFields fields_of(const Json& options, std::string_view objective) {
  JsonFields fields(options, "objective '" + std::string(objective) + "'");
  fields.text_or("kind", "");
  return fields;
}

Shape only_output_shape(const ObjectiveFacts& facts, std::size_t rank, std::string_view objective) {
  const std::size_t outputs = facts.graph.outputs.size();
  if (outputs != 1) {
    fail_objective(objective, "reads one output, the network has " +
                                  std::to_string(facts.graph.outputs.size()));
  }
  const auto node = static_cast<std::size_t>(facts.graph.outputs[0].node);
  Shape shape = infer_shapes(facts.graph, facts.input)[node];
  if (shape.size() != rank) {
    fail_objective(objective, "the network's output is " + to_string(shape) + ", wanted " +
                                  std::to_string(rank) + " axes");
  }
  return shape;
}

std::size_t named_output(const ObjectiveFacts& facts, std::string_view name,
                         std::string_view objective) {
  const auto& outputs = facts.graph.outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].name == name) return i;
  }
  fail_objective(objective, "the network has no output '" + std::string(name) + "'");
}

void check_count(std::span<const Target> targets, std::int64_t images, std::string_view objective) {
  if (static_cast<std::int64_t>(targets.size()) == images) return;
  fail_objective(objective, std::to_string(targets.size()) + " targets for " +
                                std::to_string(images) + " images");
}

at::Tensor class_labels(std::span<const Target> targets, const at::Tensor& outputs,
                        std::int64_t classes, std::string_view objective) {
  const auto truths = targets_of<ClassLabel>(targets, outputs.size(0), objective);
  at::Tensor labels = at::empty({outputs.size(0)}, at::kLong);
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const int label = truths[i]->index;
    if (label < 0 || label >= classes) {
      fail_objective(objective, "label " + std::to_string(label) + " of " +
                                    std::to_string(classes) + " classes");
    }
    labels.data_ptr<std::int64_t>()[i] = label;
  }
  return labels.to(outputs.device());
}

}  // namespace bench
