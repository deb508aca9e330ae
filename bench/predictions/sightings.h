#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Counts what deserves a warning, remembering where it was first seen.
struct Sightings {
  std::size_t count = 0;
  std::string first;

  template <class... Parts>
  void add(fmt::format_string<Parts...> place, Parts&&... parts) {
    if (count++ == 0) first = fmt::format(place, std::forward<Parts>(parts)...);
  }
  /// Appends "12 WHAT (first: ...)" if there was any.
  void warn(std::vector<std::string>& warnings, std::string_view what) const {
    if (count > 0) warnings.push_back(fmt::format("{} {} (first: {})", count, what, first));
  }
};

}  // namespace bench
