#pragma once
// The plans used last, by input shape.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "models/tensor.h"

namespace bench::onednn {

/// Plan: whatever a program makes for one input shape.
template <class Plan>
class PlanCache {
 public:
  using PlanPointer = std::shared_ptr<const Plan>;

  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  /// The plan for `input`; made by `make` if it is not at hand. Threads that want the same plan at
  /// the same time wait for one of them; others do not wait. Whatever `make` throws is thrown.
  PlanPointer get(const Shape& input, const std::function<Plan()>& make) {
    std::promise<PlanPointer> promise;
    {
      std::unique_lock lock(mutex_);
      const auto known =
          std::ranges::find_if(items_, [&](const Item& item) { return item.first == input; });
      if (known != items_.end()) {
        items_.splice(items_.begin(), items_, known);
        const std::shared_future<PlanPointer> plan = known->second;
        lock.unlock();
        return plan.get();
      }
      items_.emplace_front(input, promise.get_future().share());
      if (items_.size() > capacity_) items_.pop_back();
    }
    try {
      auto plan = std::make_shared<const Plan>(make());
      promise.set_value(plan);
      return plan;
    } catch (...) {
      promise.set_exception(std::current_exception());
      forget(input);
      throw;
    }
  }

 private:
  using Item = std::pair<Shape, std::shared_future<PlanPointer>>;

  void forget(const Shape& input) {
    const std::lock_guard lock(mutex_);
    items_.remove_if([&](const Item& item) { return item.first == input; });
  }

  std::size_t capacity_;
  std::mutex mutex_;
  std::list<Item> items_;  // the one used last in front
};

}  // namespace bench::onednn
