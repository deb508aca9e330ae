#pragma once
// Moving boxes of numbers between places with different strides.

#include <cstdint>

#include "models/tensor.h"

namespace bench::onednn {

/// A copy of `dims` elements; neighbours along axis i lie to[i] and from[i] elements apart.
struct BoxCopy {
  Shape dims, to, from;
};

/// The same copy with as few axes as possible, the one that is written most densely last.
BoxCopy simplified(BoxCopy box);

/// T: float, std::uint8_t. REQUIRES at least one axis.
template <class T>
void copy_box(const BoxCopy& box, T* to, const T* from);

}  // namespace bench::onednn
