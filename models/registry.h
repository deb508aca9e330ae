#pragma once
// Things that have a name on the command line or in a suite: a list of entries, and a lookup that
// answers an unknown name with the nearest known one. Lists are explicit arrays; nothing registers
// itself.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/error.h"

namespace bench {

/// A named thing: `name` as typed, `about` one line for `bench list`, `make` a function pointer or
/// value.
template <class Make>
struct Entry {
  std::string_view name;
  std::string_view about;
  Make make;
};

/// "unknown KIND 'slim-302'; did you mean 'slim-320'? known: ..." The suggestion is left out where
/// no known name is within a third of its length (Damerau-Levenshtein); of equally near names, the
/// one with the longer common beginning.
std::string unknown_name(std::string_view kind, std::string_view name,
                         std::span<const std::string> known);

/// The entry called `name`. Throws Error{usage} with `unknown_name`.
template <class List>
const auto& find(const List& list, std::string_view kind, std::string_view name) {
  for (const auto& entry : list) {
    if (entry.name == name) return entry;
  }
  std::vector<std::string> known;
  for (const auto& entry : list) known.emplace_back(entry.name);
  throw Error(Fault::usage, unknown_name(kind, name, known));
}

}  // namespace bench
