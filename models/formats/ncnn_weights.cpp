#include "models/formats/ncnn_weights.h"

#include <cstring>
#include <string>

#include "models/formats/half.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::uint32_t of_floats = 0, of_halves = 0x01306B47, of_bytes = 0x000D4B38,
                        of_plain_floats = 0x0002C056;

Tensor as_stored(std::string_view bytes, Shape shape, DType type) {
  Tensor result(std::move(shape), type);
  if (!bytes.empty()) std::memcpy(result.bytes().data(), bytes.data(), result.bytes().size());
  return result;
}

Tensor from_halves(std::string_view bytes, Shape shape) {
  Tensor result(std::move(shape));
  for (float& value : result.data<float>()) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes.data(), sizeof bits);
    bytes.remove_prefix(sizeof bits);
    value = from_half(bits);
  }
  return result;
}

}  // namespace

std::string_view NcnnWeights::take(std::uint64_t size, const char* what) {
  if (size > left()) {
    reject("its " + std::string(what) + " at offset " + std::to_string(position_) + " needs " +
           std::to_string(size) + " bytes; " + std::to_string(left()) + " are left");
  }
  const std::string_view taken = bytes_.substr(position_, size);
  position_ += size;
  return taken;
}

Tensor NcnnWeights::plain(Shape shape, const char* what) {
  const auto size = static_cast<std::uint64_t>(count(shape)) * sizeof(float);
  return as_stored(take(size, what), std::move(shape), DType::f32);
}

Tensor NcnnWeights::tagged(Shape shape, const char* what) {
  const std::size_t start = position_;
  std::uint32_t tag;
  std::memcpy(&tag, take(sizeof tag, what).data(), sizeof tag);
  const auto elements = static_cast<std::uint64_t>(count(shape));
  const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
  switch (tag) {
    case of_floats:
    case of_plain_floats: return plain(std::move(shape), what);
    case of_halves: return from_halves(take(padded(2 * elements), what), std::move(shape));
    case of_bytes: return as_stored(take(padded(elements), what), std::move(shape), DType::i8);
    default: break;
  }
  char text[16];
  std::snprintf(text, sizeof text, "0x%08X", tag);
  refuse("its " + std::string(what) + " at offset " + std::to_string(start) + " is kept as " +
         text + ", which is neither float, half nor int8");
}

}  // namespace bench
