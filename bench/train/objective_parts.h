#pragma once
// What objectives share: looking at a network's outputs and at what is true.

#include <span>
#include <string>
#include <string_view>

#include "bench/train/objective.h"

namespace bench {

/// Throws Error{bad_data}: "objective 'softmax': ...".
[[noreturn]] void fail_objective(std::string_view objective, const std::string& fault);

/// The recipe's options, to be read and finished. "kind" has been read.
JsonFields fields_of(const Json& options, std::string_view objective);

/// The shape of the graph's only output for a batch. Throws Error{bad_data} unless there is one and
/// it has `rank` axes.
Shape only_output_shape(const ObjectiveFacts& facts, std::size_t rank, std::string_view objective);

/// The place of the output `name` in Graph::outputs. Throws Error{bad_data}.
std::size_t named_output(const ObjectiveFacts& facts, std::string_view name,
                         std::string_view objective);

/// Throws Error{bad_data} unless there is one target for each image.
void check_count(std::span<const Target> targets, std::int64_t images, std::string_view objective);

/// The classes of a batch, i64, N, on the device of `outputs`. Throws Error{bad_data} unless there
/// is a target for each row of these, all ClassLabels from 0 to classes - 1.
at::Tensor class_labels(std::span<const Target> targets, const at::Tensor& outputs,
                        std::int64_t classes, std::string_view objective);

/// Targets of type T, one for each of `images`. Throws Error{bad_data} if there are others.
template <class T>
std::vector<const T*> targets_of(std::span<const Target> targets, std::int64_t images,
                                 std::string_view objective) {
  check_count(targets, images, objective);
  std::vector<const T*> list;
  for (const Target& target : targets) {
    list.push_back(std::get_if<T>(&target));
    if (!list.back()) fail_objective(objective, "cannot learn from what this data set says");
  }
  return list;
}

}  // namespace bench
