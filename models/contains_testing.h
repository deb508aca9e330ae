#pragma once
// For tests only: whether a text has a part.

#include <string_view>

namespace bench::testing {

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace bench::testing
