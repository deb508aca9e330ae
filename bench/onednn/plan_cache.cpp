#include "bench/onednn/plan_cache.h"

#include <algorithm>

namespace bench::onednn {

PlanCache::PlanPointer PlanCache::get(const Shape& input, const std::function<Plan()>& make) {
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

void PlanCache::forget(const Shape& input) {
  const std::lock_guard lock(mutex_);
  items_.remove_if([&](const Item& item) { return item.first == input; });
}

}  // namespace bench::onednn
