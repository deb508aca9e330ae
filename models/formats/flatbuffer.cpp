// Source: https://flatbuffers.dev/internals. A table starts with the distance back to its vtable:
// two sizes, then for each field its distance from the table's start, 0 for an absent one. Lists
// start with their length. All other offsets count forward from where they are kept.

#include "models/formats/flatbuffer.h"

#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::uint64_t table_cost = 64;  // roughly what one becomes in memory

}  // namespace

FlatBuffer::FlatBuffer(std::string_view bytes)
    : bytes_(bytes), allowance_(16 * std::uint64_t{bytes.size()} + (1 << 20)) {}

FlatTable FlatBuffer::root() { return FlatTable(*this, follow(0)); }

void FlatBuffer::spend(std::uint64_t bytes) {
  if (bytes > allowance_) reject("its parts are shared until they are many times the file's size");
  allowance_ -= bytes;
}

void FlatBuffer::check(std::uint64_t at, std::uint64_t size) const {
  if (at > bytes_.size() || size > bytes_.size() - at) {
    reject("offset " + std::to_string(at) + " and " + std::to_string(size) +
           " bytes from there are not inside the file's " + std::to_string(bytes_.size()) +
           " bytes; it is damaged or cut short");
  }
}

std::uint64_t FlatBuffer::follow(std::uint64_t at) const {
  check(at, 4);
  return at + load<std::uint32_t>(at);
}

FlatTable::FlatTable(FlatBuffer& file, std::uint64_t at) : file_(&file), at_(at) {
  file.check(at, 4);
  // A distance too long wraps around to an offset far past the end.
  vtable_ = at - static_cast<std::uint64_t>(std::int64_t{file.load<std::int32_t>(at)});
  file.check(vtable_, 4);
  vtable_size_ = file.load<std::uint16_t>(vtable_);
  file.check(vtable_, vtable_size_);
}

std::uint64_t FlatTable::find(int field, std::uint64_t size) const {
  const int slot = 4 + 2 * field;
  if (slot + 2 > vtable_size_) return 0;
  const auto distance = file_->load<std::uint16_t>(vtable_ + static_cast<std::uint64_t>(slot));
  if (distance == 0) return 0;
  file_->check(at_ + distance, size);
  return at_ + distance;
}

std::string_view FlatTable::look(int field, std::uint64_t element_size) const {
  const std::uint64_t at = find(field, 4);
  if (at == 0) return {};
  const std::uint64_t start = file_->follow(at);
  file_->check(start, 4);
  const std::uint64_t size = file_->load<std::uint32_t>(start) * element_size;
  file_->check(start + 4, size);
  return file_->bytes_.substr(start + 4, size);
}

std::string_view FlatTable::list(int field, std::uint64_t element_size) const {
  const std::string_view bytes = look(field, element_size);
  file_->spend(bytes.size());
  return bytes;
}

std::string_view FlatTable::bytes(int field) const { return look(field, 1); }

std::optional<FlatTable> FlatTable::table(int field) const {
  const std::uint64_t at = find(field, 4);
  if (at == 0) return std::nullopt;
  return FlatTable(*file_, file_->follow(at));
}

std::vector<FlatTable> FlatTable::tables(int field) const {
  const std::string_view offsets = list(field, 4);
  file_->spend(offsets.size() / 4 * table_cost);
  std::vector<FlatTable> result;
  for (std::size_t i = 0; i < offsets.size(); i += 4) {
    const auto at = static_cast<std::uint64_t>(offsets.data() - file_->bytes_.data()) + i;
    result.push_back(FlatTable(*file_, file_->follow(at)));
  }
  return result;
}

}  // namespace bench
