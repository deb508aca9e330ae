#pragma once
// How a reader turns a file down. What knows the reason need not know the place: callers put file
// and node in front with `within`.

#include <string>

#include "models/error.h"

namespace bench {

[[noreturn]] void reject(const std::string& text);  ///< throws Error{bad_data}
[[noreturn]] void refuse(const std::string& text);  ///< throws Error{unsupported}

/// Runs `step` and puts `place` before the message of whatever it throws.
template <class Step>
void within(const std::string& place, Step step) {
  try {
    step();
  } catch (const Error& error) {
    throw Error(error.fault(), place + ": " + error.what());
  }
}

}  // namespace bench
