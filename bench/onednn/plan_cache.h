#pragma once
// The plans used last, by input shape.

#include <cstddef>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "bench/onednn/plan.h"

namespace bench::onednn {

class PlanCache {
 public:
  using PlanPointer = std::shared_ptr<const Plan>;

  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  /// The plan for `input`; made by `make` if it is not at hand. Threads that want the same plan at
  /// the same time wait for one of them; others do not wait. Whatever `make` throws is thrown.
  PlanPointer get(const Shape& input, const std::function<Plan()>& make);

 private:
  using Item = std::pair<Shape, std::shared_future<PlanPointer>>;
  void forget(const Shape& input);

  std::size_t capacity_;
  std::mutex mutex_;
  std::list<Item> items_;  // the one used last in front
};

}  // namespace bench::onednn
