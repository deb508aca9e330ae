#pragma once
// Preprocessing profiles: named, versioned values that turn an image into a network's input tensor.
// A profile's hash goes into every record; changing a profile's meaning means a new version.

#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"
#include "models/tensor.h"

namespace bench {

/// Every step as data; see prepare.cpp for the list of profiles.
struct Preparation;

/// Throws Error{usage} with a did-you-mean.
const Preparation& find_preparation(std::string_view name);

struct PreparationInfo {
  std::string name, about;
};
std::vector<PreparationInfo> preparations();

/// sha256 (hex) over all fields of the profile, its name and version included.
std::string hash(const Preparation& preparation);

/// One line that a reader could repeat by hand: "shorter side 256 (PIL bilinear), centre crop 224,
/// ...".
std::string describe(const Preparation& preparation);

/// image: H x W x 3 u8 RGB. Gives 1 x 3 x h x w f32 tensors, one per view.
std::vector<View> prepare(const Preparation& preparation, const Tensor& image);

}  // namespace bench
