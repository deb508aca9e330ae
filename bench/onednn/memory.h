#pragma once
// Scratch memory of a session.

#include <cstddef>
#include <memory>

#include "models/tensor.h"

namespace bench::onednn {

/// Memory on a 64-byte boundary whose content means nothing at first (and is not touched: clearing
/// the arena of a large image would cost a good part of running it).
class Memory {
 public:
  Memory() = default;
  explicit Memory(std::size_t bytes)
      : bytes_(bytes), data_(AlignedAllocator<std::byte>().allocate(bytes)) {}
  std::size_t size() const { return bytes_; }
  std::byte* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(std::byte* data) const { AlignedAllocator<std::byte>().deallocate(data, 0); }
  };
  std::size_t bytes_ = 0;
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace bench::onednn
