#include "datasets/exif.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace bench {
namespace {

// Bytes with a byte order; reading beyond the end gives 0.
struct Bytes {
  std::span<const std::byte> data;
  bool little_endian = false;

  std::uint32_t at(std::size_t i) const {
    return i < data.size() ? std::to_integer<std::uint32_t>(data[i]) : 0;
  }
  std::uint32_t u16(std::size_t i) const {
    return little_endian ? at(i) | at(i + 1) << 8 : at(i) << 8 | at(i + 1);
  }
  std::uint32_t u32(std::size_t i) const {
    return little_endian ? u16(i) | u16(i + 2) << 16 : u16(i) << 16 | u16(i + 2);
  }
  bool starts_with(std::string_view text) const {
    return data.size() >= text.size() &&
           std::equal(text.begin(), text.end(), data.begin(),
                      [](char c, std::byte b) { return std::byte(c) == b; });
  }
};

constexpr std::uint32_t orientation_tag = 0x0112, type_short = 3;

// The first directory of a TIFF block: a count, then entries of 12 bytes: tag, type, count, value.
int orientation_of_tiff(Bytes tiff) {
  tiff.little_endian = tiff.starts_with("II");
  if (!tiff.little_endian && !tiff.starts_with("MM")) return 1;
  if (tiff.u16(2) != 42) return 1;
  const std::size_t directory = tiff.u32(4);
  const std::size_t entries = tiff.u16(directory);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.data.size()) break;
    if (tiff.u16(entry) != orientation_tag || tiff.u16(entry + 2) != type_short) continue;
    const std::uint32_t value = tiff.u16(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const std::byte> jpeg) {
  constexpr std::uint32_t app1 = 0xE1, start_of_scan = 0xDA;
  const Bytes file{jpeg};
  // Segments: 0xFF, marker, length (2 bytes, counting itself), content.
  for (std::size_t at = 2; at + 4 <= jpeg.size() && file.at(at) == 0xFF;) {
    const std::uint32_t marker = file.at(at + 1), length = file.u16(at + 2);
    if (marker == start_of_scan || length < 2 || at + 2 + length > jpeg.size()) break;
    const Bytes content{jpeg.subspan(at + 4, length - 2)};
    if (marker == app1 && content.starts_with(std::string_view("Exif\0\0", 6))) {
      return orientation_of_tiff({content.data.subspan(6)});
    }
    at += 2 + length;
  }
  return 1;
}

}  // namespace bench
