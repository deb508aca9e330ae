#include "models/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "models/error.h"
#include "models/registry.h"

namespace bench {
namespace {

constexpr std::size_t depth_limit = 32;

// Takes the parser's events; holds what nlohmann::json itself lets pass.
class Builder {
 public:
  explicit Builder(std::string_view file) : file_(file) {}

  Json take() && { return std::move(root_); }

  bool null() { return put(nullptr); }
  bool boolean(bool v) { return put(v); }
  bool number_integer(std::int64_t v) { return put(v); }
  bool number_unsigned(std::uint64_t v) {
    if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      fail("the number " + std::to_string(v) + " is beyond 2^63");
    }
    return put(static_cast<std::int64_t>(v));
  }
  bool number_float(double v, const std::string&) { return put(v); }
  bool string(std::string& v) { return put(std::move(v)); }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open<JsonObject>(); }
  bool start_array(std::size_t) { return open<JsonArray>(); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& object = std::get<JsonObject>(open_.back()->value);
    for (const auto& [other, value] : object) {
      if (other == name) fail("the key '" + name + "' is given twice");
    }
    object.emplace_back().first = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& e) {
    const std::string_view what = e.what();
    const std::size_t start = what.find("; ");  // after "[json...] parse error at line ..: "
    fail("no JSON at byte " + std::to_string(position) + ": " +
         std::string(start == what.npos ? what : what.substr(start + 2)));
  }

 private:
  [[noreturn]] void fail(const std::string& fault) const {
    throw Error(Fault::bad_data, file_ + ": " + fault);
  }

  Json& place() {
    if (open_.empty()) return root_;
    if (auto* array = std::get_if<JsonArray>(&open_.back()->value)) return array->emplace_back();
    return std::get<JsonObject>(open_.back()->value).back().second;
  }

  template <class T>
  bool put(T value) {
    place().value.template emplace<T>(std::move(value));
    return true;
  }

  // Pointers to open containers stay good: an open one is the last element of its parent, which
  // grows only after it is closed.
  template <class Container>
  bool open() {
    if (open_.size() >= depth_limit) {
      fail("nested deeper than " + std::to_string(depth_limit));
    }
    Json& here = place();
    here.value.emplace<Container>();
    open_.push_back(&here);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string file_;
  Json root_;
  std::vector<Json*> open_;
};

std::string escaped(std::string_view text) {
  // Bytes that are no UTF-8 (a file name may hold any) become U+FFFD.
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == text.npos) text += ".0";  // stays a float when read back
  return text;
}

void write(const Json& json, std::string& out, const std::string& indent) {
  const std::string inner = indent + "  ";
  if (const auto* flag = std::get_if<bool>(&json.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&json.value)) {
    out += std::to_string(*integer);
  } else if (const auto* number = std::get_if<double>(&json.value)) {
    out += number_text(*number);
  } else if (const auto* text = std::get_if<std::string>(&json.value)) {
    out += escaped(*text);
  } else if (const auto* array = std::get_if<JsonArray>(&json.value)) {
    out += "[";
    for (std::size_t i = 0; i < array->size(); ++i) {
      out += (i ? ",\n" : "\n") + inner;
      write((*array)[i], out, inner);
    }
    out += array->empty() ? "]" : "\n" + indent + "]";
  } else if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    out += "{";
    for (std::size_t i = 0; i < object->size(); ++i) {
      out += (i ? ",\n" : "\n") + inner + escaped((*object)[i].first) + ": ";
      write((*object)[i].second, out, inner);
    }
    out += object->empty() ? "}" : "\n" + indent + "}";
  } else {
    out += "null";
  }
}

}  // namespace

Json parse_json(std::string_view text, std::string_view file) {
  Builder builder(file);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).take();
}

std::string to_text(const Json& json) {
  std::string out;
  write(json, out, "");
  return out + "\n";
}

JsonFields::JsonFields(const Json& json, std::string file, std::string place)
    : object_(std::get_if<JsonObject>(&json.value)),
      file_(std::move(file)),
      place_(std::move(place)) {
  if (!object_) {
    throw Error(Fault::bad_data,
                file_ + ": " + (place_.empty() ? "" : place_ + ": ") + "expected an object");
  }
}

void JsonFields::fail(std::string_view key, std::string_view fault) const {
  throw Error(Fault::bad_data, file_ + ": " + (place_.empty() ? "" : place_ + ".") +
                                   std::string(key) + ": " + std::string(fault));
}

const Json* JsonFields::find(std::string_view key) {
  asked_.emplace_back(key);
  for (const auto& [name, value] : *object_) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Json& JsonFields::need(std::string_view key) {
  const Json* value = find(key);
  if (!value) fail(key, "is missing");
  return *value;
}

bool JsonFields::has(std::string_view key) const {
  return std::any_of(object_->begin(), object_->end(),
                     [&](const auto& field) { return field.first == key; });
}

std::string JsonFields::text(std::string_view key) {
  const auto* value = std::get_if<std::string>(&need(key).value);
  if (!value) fail(key, "expected text");
  return *value;
}

std::string JsonFields::text_or(std::string_view key, std::string otherwise) {
  return find(key) ? text(key) : std::move(otherwise);
}

std::int64_t JsonFields::integer(std::string_view key) {
  const auto* value = std::get_if<std::int64_t>(&need(key).value);
  if (!value) fail(key, "expected a whole number");
  return *value;
}

std::int64_t JsonFields::integer_or(std::string_view key, std::int64_t otherwise) {
  return find(key) ? integer(key) : otherwise;
}

double JsonFields::number(std::string_view key) { return number_of(need(key), key); }

double JsonFields::number_or(std::string_view key, double otherwise) {
  return find(key) ? number(key) : otherwise;
}

double JsonFields::number_of(const Json& json, std::string_view key) const {
  if (const auto* integer = std::get_if<std::int64_t>(&json.value)) {
    return static_cast<double>(*integer);
  }
  if (std::holds_alternative<std::nullptr_t>(json.value)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto* value = std::get_if<double>(&json.value);
  if (!value) fail(key, "expected a number");
  return *value;
}

std::optional<std::vector<double>> JsonFields::numbers_or_null(std::string_view key) {
  if (std::holds_alternative<std::nullptr_t>(need(key).value)) return std::nullopt;
  std::vector<double> list;
  for (const Json& item : array(key)) list.push_back(number_of(item, key));
  return list;
}

bool JsonFields::boolean(std::string_view key) {
  const auto* value = std::get_if<bool>(&need(key).value);
  if (!value) fail(key, "expected true or false");
  return *value;
}

bool JsonFields::boolean_or(std::string_view key, bool otherwise) {
  return find(key) ? boolean(key) : otherwise;
}

const JsonArray& JsonFields::array(std::string_view key) {
  static const JsonArray none;
  const Json* json = find(key);
  if (!json) return none;
  const auto* value = std::get_if<JsonArray>(&json->value);
  if (!value) fail(key, "expected a list");
  return *value;
}

Json JsonFields::json(std::string_view key) { return need(key); }

std::vector<std::string> JsonFields::texts(std::string_view key) {
  std::vector<std::string> list;
  for (const Json& item : array(key)) {
    const auto* value = std::get_if<std::string>(&item.value);
    if (!value) fail(key, "expected a list of texts");
    list.push_back(*value);
  }
  return list;
}

std::vector<std::int64_t> JsonFields::integers(std::string_view key) {
  std::vector<std::int64_t> list;
  for (const Json& item : array(key)) {
    const auto* value = std::get_if<std::int64_t>(&item.value);
    if (!value) fail(key, "expected a list of whole numbers");
    list.push_back(*value);
  }
  return list;
}

JsonFields JsonFields::object(std::string_view key) {
  return {need(key), file_, (place_.empty() ? "" : place_ + ".") + std::string(key)};
}

std::vector<JsonFields> JsonFields::objects(std::string_view key) {
  std::vector<JsonFields> list;
  for (const Json& item : array(key)) {
    list.emplace_back(item, file_,
                      (place_.empty() ? "" : place_ + ".") + std::string(key) + "[" +
                          std::to_string(list.size()) + "]");
  }
  return list;
}

void JsonFields::finish() const {
  for (const auto& [key, value] : *object_) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
      fail(key, unknown_name("key", key, asked_));
    }
  }
}

}  // namespace bench
