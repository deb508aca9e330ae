#pragma once
// Large memory that costs nothing until it is written, and can be given back in parts.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

namespace bench::int8 {

/// Zeros on a 64-byte boundary.
class ZeroedBytes {
 public:
  /// All content is lost. Large blocks of calloc's are zero without being written.
  void resize(std::size_t size) {
    memory_.reset(std::calloc(size + alignment, 1));
    if (!memory_) throw std::bad_alloc();
    size_ = size;
  }
  std::size_t size() const { return size_; }
  std::int8_t* data() { return start(); }
  const std::int8_t* data() const { return start(); }

 private:
  static constexpr std::size_t alignment = 64;
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::int8_t* start() const {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
    return reinterpret_cast<std::int8_t*>((address + alignment - 1) / alignment * alignment);
  }

  std::unique_ptr<void, Free> memory_;
  std::size_t size_ = 0;
};

/// Gives the whole pages inside `bytes` back to the system, where there is one that takes them.
/// What they held is lost; the memory itself stays allocated.
void discard(std::span<std::byte> bytes);

}  // namespace bench::int8
