#pragma once
// Half-precision floats, which several formats keep weights in.

#include <cstdint>

namespace bench {

/// IEEE 754 binary16.
float from_half(std::uint16_t bits);

}  // namespace bench
