#pragma once
// JSON as a value, and a reader of objects that lets nothing pass unseen: a key nobody asked for, a
// value of another type, a key given twice are Errors that name file and key.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bench {

struct Json;
using JsonArray = std::vector<Json>;
using JsonObject = std::vector<std::pair<std::string, Json>>;  ///< in the order written

struct Json {
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, JsonArray, JsonObject>
      value = nullptr;

  Json() = default;
  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Json>) Json(T&& v)
      : value(normal(std::forward<T>(v))) {}  // NOLINT: meant to convert

 private:
  template <class T>
  static auto normal(T&& v) {
    using Plain = std::remove_cvref_t<T>;
    if constexpr (std::is_same_v<Plain, bool> || std::is_same_v<Plain, std::nullptr_t>) {
      return v;
    } else if constexpr (std::is_integral_v<Plain>) {
      return static_cast<std::int64_t>(v);
    } else if constexpr (std::is_floating_point_v<Plain>) {
      return static_cast<double>(v);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      return std::string(std::string_view(v));
    } else {
      return Plain(std::forward<T>(v));
    }
  }
};

/// Parses one JSON text. Throws Error{bad_data} naming `file` for anything that is not JSON, a key
/// that appears twice, nesting deeper than 32, or text after the value.
Json parse_json(std::string_view text, std::string_view file);

/// Two-space indentation, keys in the order given, doubles so that they read back bit for bit; NaN
/// and infinities become null.
std::string to_text(const Json& json);

/// One object's fields, each asked for by name and type. `finish` throws for those never asked for.
/// Every Error is bad_data: "suite.json: cases[2].model: expected text".
class JsonFields {
 public:
  /// `place` names the object inside the file ("cases[2]"; empty: the whole file).
  JsonFields(const Json& json, std::string file, std::string place = "");

  bool has(std::string_view key) const;
  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string otherwise);
  std::int64_t integer(std::string_view key);
  std::int64_t integer_or(std::string_view key, std::int64_t otherwise);
  /// null reads as NaN.
  double number(std::string_view key);
  double number_or(std::string_view key, double otherwise);
  bool boolean(std::string_view key);
  bool boolean_or(std::string_view key, bool otherwise);
  Json json(std::string_view key);                       ///< anything
  std::vector<std::string> texts(std::string_view key);  ///< empty where absent
  JsonFields object(std::string_view key);
  std::vector<JsonFields> objects(std::string_view key);     ///< empty where absent
  std::vector<std::int64_t> integers(std::string_view key);  ///< empty where absent
  /// Nothing for null.
  std::optional<std::vector<double>> numbers_or_null(std::string_view key);

  /// Throws for a key that was never asked for, with a did-you-mean.
  void finish() const;

  /// Throws Error{bad_data} that names this object's `key` and says `fault`.
  [[noreturn]] void fail(std::string_view key, std::string_view fault) const;

 private:
  const Json* find(std::string_view key);
  const Json& need(std::string_view key);
  const JsonArray& array(std::string_view key);
  double number_of(const Json& json, std::string_view key) const;

  const JsonObject* object_;
  std::string file_, place_;
  std::vector<std::string> asked_;
};

}  // namespace bench
