#include "bench/bytes.h"

#include "models/error.h"

namespace bench {

void ByteReader::fail(const std::string& fault) const {
  throw Error(Fault::bad_data, what_ + ": " + fault);
}

std::string_view ByteReader::take(std::size_t size) {
  if (size > rest_.size()) fail("ends in the middle of a value");
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::size_t ByteReader::count(std::size_t item_bytes) {
  const std::size_t items = u32();
  if (items > rest_.size() / item_bytes) fail("claims more items than it holds");
  return items;
}

}  // namespace bench
