#pragma once
// How the parts of a recipe are written in JSON and read back: `fields(io, part)` says both.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/recipe.h"
#include "models/json.h"
#include "models/registry.h"

namespace bench::recipe_fields {

template <class E>
using Names = std::span<const std::pair<std::string_view, E>>;

template <class E>
std::string_view name_in(Names<E> names, E value) {
  return std::ranges::find(names, value, &std::pair<std::string_view, E>::second)->first;
}

template <class E>
E value_in(Names<E> names, const std::string& text, const JsonFields& fields, const char* key) {
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known.emplace_back(name);
  }
  fields.fail(key, unknown_name("value", text, known));
}

// Both directions of a structure in one place, as in the run record; what a file does not say keeps
// its default.
struct Out {
  JsonObject object{};

  void number(const char* key, double v) { object.emplace_back(key, v); }
  void integer(const char* key, int v, int, int) { object.emplace_back(key, v); }
  void flag(const char* key, bool v) { object.emplace_back(key, v); }
  void text(const char* key, const std::string& v) {
    if (!v.empty()) object.emplace_back(key, v);
  }
  template <class E>
  void choice(const char* key, E v, Names<E> names) {
    object.emplace_back(key, name_in(names, v));
  }
  void range(const char* key, const Range& v) {
    object.emplace_back(key, JsonArray{double{v.min}, double{v.max}});
  }
  void range(const char* key, const std::optional<Range>& v) {
    if (v) range(key, *v);
  }
  void numbers(const char* key, const std::optional<NodeFilter::Numbers>& v) {
    if (v) object.emplace_back(key, JsonArray{v->first, v->last});
  }
  template <class T>
  void group(const char* key, T& v) {
    Out inner;
    fields(inner, v);
    object.emplace_back(key, std::move(inner.object));
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    JsonArray array;
    for (T& item : v) {
      Out inner;
      fields(inner, item);
      array.emplace_back(std::move(inner.object));
    }
    object.emplace_back(key, std::move(array));
  }
};

struct In {
  JsonFields from;

  void number(const char* key, double& v) { v = from.number_or(key, v); }
  void integer(const char* key, int& v, int least, int most) {
    const std::int64_t found = from.integer_or(key, v);
    if (found < least || found > most) {
      from.fail(key, "expected " + std::to_string(least) + " to " + std::to_string(most));
    }
    v = static_cast<int>(found);
  }
  void flag(const char* key, bool& v) { v = from.boolean_or(key, v); }
  void text(const char* key, std::string& v) { v = from.text_or(key, v); }
  template <class E>
  void choice(const char* key, E& v, Names<E> names) {
    const std::string text = from.text_or(key, std::string(name_in(names, v)));
    v = value_in(names, text, from, key);
  }
  void range(const char* key, Range& v) {
    const bool said = from.has(key);
    if (!said) return;
    const auto ends = from.numbers_or_null(key);
    if (!ends || ends->size() != 2 || !((*ends)[0] <= (*ends)[1])) {
      from.fail(key, "expected two numbers, the smaller first");
    }
    v = {static_cast<float>((*ends)[0]), static_cast<float>((*ends)[1])};
  }
  void range(const char* key, std::optional<Range>& v) {
    if (!from.has(key)) return;
    Range found;
    range(key, found);
    v = found;
  }
  void numbers(const char* key, std::optional<NodeFilter::Numbers>& v) {
    if (!from.has(key)) return;
    const std::vector<std::int64_t> ends = from.integers(key);
    if (ends.size() != 2 || ends[0] < 1 || ends[1] < ends[0] || ends[1] > 1000000) {
      from.fail(key, "expected two whole numbers from 1, the smaller first");
    }
    v = {static_cast<int>(ends[0]), static_cast<int>(ends[1])};
  }
  template <class T>
  void group(const char* key, T& v) {
    if (!from.has(key)) return;
    In inner{from.object(key)};
    fields(inner, v);
    inner.from.finish();
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    for (JsonFields& object : from.objects(key)) {
      In inner{std::move(object)};
      fields(inner, v.emplace_back());
      inner.from.finish();
    }
  }
};

void fields(Out& io, NodeFilter& v);
void fields(In& io, NodeFilter& v);
void fields(Out& io, pass::Binarize& v);
void fields(In& io, pass::Binarize& v);

}  // namespace bench::recipe_fields
