#pragma once
// The text half of a darknet network: "[section]" lines and "key=value" lines below them.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One section. Asking for a key marks it understood.
class DarknetSection {
 public:
  DarknetSection(std::string place, std::string name)
      : place_(std::move(place)), name_(std::move(name)) {}

  const std::string& name() const { return name_; }    ///< without the brackets
  const std::string& place() const { return place_; }  ///< "FILE:LINE: [name]", for messages

  /// The whole number at `key`, or `otherwise`. Throws Error{bad_data} unless it is within bounds.
  int integer(const std::string& key, int otherwise, int least = 0, int most = 1 << 24);
  double real(const std::string& key, double otherwise);
  std::string text(const std::string& key, const std::string& otherwise);
  std::vector<int> integers(const std::string& key);
  std::vector<double> reals(const std::string& key);

  void set(const std::string& key, const std::string& value, int line);
  /// Throws Error{unsupported} for a key that was never asked for and is not one of `ignored`.
  void check_all_understood(std::span<const std::string_view> ignored) const;

  [[noreturn]] void reject(const std::string& text) const;  ///< throws Error{bad_data}
  [[noreturn]] void refuse(const std::string& text) const;  ///< throws Error{unsupported}

 private:
  struct Value {
    std::string text;
    int line = 0;
    bool understood = false;
  };
  Value* take(const std::string& key);
  template <class T>
  T number(const std::string& key, std::string_view text) const;

  std::string place_, name_;
  std::map<std::string, Value> values_;
};

/// Blanks count nowhere; '#' and ';' open comments. `path` is for messages. Throws Error{bad_data}.
std::vector<DarknetSection> parse_darknet_cfg(std::string_view text, const std::string& path);

}  // namespace bench
