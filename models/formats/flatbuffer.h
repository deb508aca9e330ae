#pragma once
// Flatbuffers read by field number, without a schema compiler. Every offset is checked before it is
// followed, and all that is read counts against an allowance a few times the file, so that a
// small hostile file whose tables share their parts cannot unfold into a large network.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace bench {

class FlatTable;

class FlatBuffer {
 public:
  /// `bytes` must outlive this and all tables.
  explicit FlatBuffer(std::string_view bytes);

  /// All functions, here and in FlatTable, throw Error{bad_data} naming the offset that is wrong.
  FlatTable root();

  /// Counts `bytes` against the allowance.
  void spend(std::uint64_t bytes);

 private:
  friend class FlatTable;

  /// REQUIRES check(at, sizeof(T)) to have passed.
  template <class T>
  T load(std::uint64_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  void check(std::uint64_t at, std::uint64_t size) const;
  /// Where the offset kept at `at` points.
  std::uint64_t follow(std::uint64_t at) const;

  std::string_view bytes_;
  std::uint64_t allowance_;
};

/// A table. A field that is absent has the value `otherwise`, or is empty.
class FlatTable {
 public:
  template <class T>
  T number(int field, T otherwise) const {
    const std::uint64_t at = find(field, sizeof(T));
    return at ? file_->load<T>(at) : otherwise;
  }
  template <class T>
  std::vector<T> numbers(int field) const {
    const std::string_view raw = list(field, sizeof(T));
    std::vector<T> values(raw.size() / sizeof(T));
    if (!raw.empty()) std::memcpy(values.data(), raw.data(), raw.size());
    return values;
  }
  std::string_view text(int field) const { return list(field, 1); }
  std::optional<FlatTable> table(int field) const;
  std::vector<FlatTable> tables(int field) const;
  /// As text, but free: a look at bytes that are not copied.
  std::string_view bytes(int field) const;

 private:
  friend class FlatBuffer;
  FlatTable(FlatBuffer& file, std::uint64_t at);

  /// Where a field of `size` bytes lies; 0 if it is absent.
  std::uint64_t find(int field, std::uint64_t size) const;
  std::string_view list(int field, std::uint64_t element_size) const;
  std::string_view look(int field, std::uint64_t element_size) const;

  FlatBuffer* file_;
  std::uint64_t at_, vtable_;
  std::uint16_t vtable_size_ = 0;
};

}  // namespace bench
