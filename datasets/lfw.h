#pragma once

#include "datasets/dataset.h"

namespace bench {

std::unique_ptr<Dataset> open_lfw(const DatasetOptions& options);

}  // namespace bench
