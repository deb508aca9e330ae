#pragma once
// For tests only: what readers make of damaged bytes.

#include <stdexcept>
#include <string>
#include <string_view>

#include "models/error.h"
#include "models/random.h"

namespace bench::testing {

/// Reads `bytes` cut anywhere, and with bytes changed anywhere: what comes must be read, or end in
/// one Error that starts with `start`; std::logic_error otherwise. How many were refused.
template <class Read>
int refused_mutations(const std::string& bytes, const std::string& start, Read read) {
  int refused = 0;
  const auto try_to_read = [&](const std::string& changed) {
    try {
      read(changed);
    } catch (const Error& error) {
      ++refused;
      if (!std::string_view(error.what()).starts_with(start)) throw std::logic_error(error.what());
    }
  };
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    try_to_read(bytes.substr(0, length));
  }
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = bytes;
    for (int k = random.integer(1, 3); k > 0; --k) {
      const int at = random.integer(0, static_cast<int>(bytes.size()) - 1);
      changed[static_cast<std::size_t>(at)] = static_cast<char>(random.integer(0, 255));
    }
    try_to_read(changed);
  }
  return refused;
}

}  // namespace bench::testing
