#pragma once
// The two file formats the bundled data is written in.

#include <cstdint>
#include <string>

#include "models/answer.h"
#include "models/tensor.h"

namespace bench::mini {

/// Baseline JPEG, 4:2:0, accurate integer DCT. `pixels`: height x width x 3, u8.
std::string jpeg(const Tensor& pixels, int quality);

/// An 8-bit palette PNG with VOC's colours.
std::string label_png(const LabelMap& map);

}  // namespace bench::mini
