#pragma once

#include <cstdint>
#include <vector>

namespace bench {

/// `limit` different indices below `size`, drawn with `seed`, ascending; all of them if limit is 0
/// or not below size. The same on every machine.
std::vector<std::size_t> choose(std::size_t size, std::size_t limit, std::uint64_t seed);

}  // namespace bench
