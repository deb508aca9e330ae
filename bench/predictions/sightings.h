#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Counts what deserves a warning, remembering where it was first seen.
struct Sightings {
  std::size_t count = 0;
  std::string first;

  void add(std::string_view place) {
    if (count++ == 0) first = place;
  }
  /// "FILE:12".
  void add(const std::string& file, std::integral auto line) {
    if (count++ == 0) first = file + ":" + std::to_string(line);
  }
  /// Appends "12 WHAT (first: ...)" if there was any.
  void warn(std::vector<std::string>& warnings, std::string_view what) const {
    if (count == 0) return;
    warnings.push_back(std::to_string(count) + " " + std::string(what) + " (first: " + first + ")");
  }
};

}  // namespace bench
