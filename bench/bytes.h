#pragma once
// Values as little-endian bytes, the same on every machine; and back, never past the end.

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t v) { return put(v); }
  ByteWriter& u32(std::uint32_t v) { return put(v); }
  ByteWriter& u64(std::uint64_t v) { return put(v); }
  ByteWriter& i32(std::int32_t v) { return put(static_cast<std::uint32_t>(v)); }
  ByteWriter& f32(float v) { return put(std::bit_cast<std::uint32_t>(v)); }
  ByteWriter& f64(double v) { return put(std::bit_cast<std::uint64_t>(v)); }
  /// Length and bytes.
  ByteWriter& text(std::string_view v) {
    u32(static_cast<std::uint32_t>(v.size()));
    bytes_ += v;
    return *this;
  }

  const std::string& bytes() const { return bytes_; }

 private:
  template <std::unsigned_integral T>
  ByteWriter& put(T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes_ += static_cast<char>((v >> (8 * i)) & 0xFF);
    }
    return *this;
  }

  std::string bytes_;
};

/// Every read throws Error{bad_data} naming `what` if the bytes end before it.
class ByteReader {
 public:
  ByteReader(std::string_view bytes, std::string what) : rest_(bytes), what_(std::move(what)) {}

  std::uint8_t u8() { return get<std::uint8_t>(); }
  std::uint32_t u32() { return get<std::uint32_t>(); }
  std::uint64_t u64() { return get<std::uint64_t>(); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  float f32() { return std::bit_cast<float>(u32()); }
  double f64() { return std::bit_cast<double>(u64()); }
  std::string text() { return std::string(take(u32())); }

  /// A number of items of at least `item_bytes` each, that the rest has room for.
  std::size_t count(std::size_t item_bytes);
  std::string_view take(std::size_t size);
  bool at_end() const { return rest_.empty(); }
  [[noreturn]] void fail(const std::string& fault) const;

 private:
  template <std::unsigned_integral T>
  T get() {
    const std::string_view raw = take(sizeof(T));
    T v = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      v = static_cast<T>(
          v | static_cast<T>(static_cast<T>(static_cast<unsigned char>(raw[i])) << (8 * i)));
    }
    return v;
  }

  std::string_view rest_;
  std::string what_;
};

}  // namespace bench
