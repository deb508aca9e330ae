#pragma once
// SHA-256, the name by which data, weights and files go into a record.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace bench {

/// A running hash.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& add(std::span<const std::byte> bytes);
  Sha256& add(std::string_view text);
  /// 64 hexadecimal digits. REQUIRES that nothing is added afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);
/// Throws Error{missing} if the file cannot be opened.
std::string sha256_of_file(const std::string& path);

}  // namespace bench
