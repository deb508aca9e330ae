#pragma once
// For tests only: what must hold for every drawn set.

#include <functional>
#include <string_view>

#include "datasets/dataset.h"

namespace bench::testing {

/// Every image decodes without a warning, `size_is_right(width, height)`, and no two are equal.
void check_images(const Dataset& data, const std::function<bool(int, int)>& size_is_right);

/// One seed gives one set of bytes; another seed or split shares no image with it; the card says
/// what the set is. `train_images`: of the train split, which may need more.
void check_seeds(std::string_view task, int images, int train_images);

}  // namespace bench::testing
