#include "bench/train/schedule.h"

#include <cmath>
#include <numbers>

namespace bench {

double learning_rate(const TrainingRecipe& recipe, int step) {
  using Kind = TrainingRecipe::Schedule::Kind;
  const TrainingRecipe::Schedule& schedule = recipe.schedule;
  const double rate = recipe.optimizer.learning_rate;
  if (step < schedule.warm_up) return rate * (step + 1) / schedule.warm_up;
  if (schedule.kind == Kind::cosine) {
    const double done = static_cast<double>(step - schedule.warm_up) /
                        static_cast<double>(recipe.steps - schedule.warm_up);
    return rate * (1 + std::cos(std::numbers::pi * done)) / 2;
  }
  double share = 1;
  for (const std::int64_t at : schedule.at) {
    if (step >= at) share *= schedule.factor;
  }
  return rate * share;
}

}  // namespace bench
