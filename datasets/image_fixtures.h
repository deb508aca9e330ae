#pragma once
// For tests only: small encoded images of every kind, drawn and encoded on the spot.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/tensor.h"

namespace bench::testing {

using Bytes = std::vector<std::byte>;

/// height x width x 3: slopes with noise from a linear congruential generator; the same picture is
/// drawn wherever golden values are made:  s = s * 1664525 + 1013904223 (mod 2^32), and then
/// (3 x + 5 y + 40 c + s / 2^26) mod 256, for y, x, c in this nesting.
Tensor draw(int width, int height, std::uint32_t seed);

enum class JpegColours { ycc, rgb, grey, cmyk, ycck };

struct JpegStyle {
  JpegColours colours = JpegColours::ycc;
  int quality = 90;
  bool progressive = false, subsampled = true;
  int restart_rows = 0;
};

/// `pixels`: height x width x (1, 3 or 4, as the colours need), u8; CMYK as stored (inverted).
Bytes encode_jpeg(const Tensor& pixels, const JpegStyle& style = {});

/// With an EXIF segment that holds the orientation, after the first marker.
Bytes with_orientation(const Bytes& jpeg, int orientation, bool little_endian);

struct PngStyle {
  int bits = 8;
  int colour_type = 2;  ///< 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha
  bool interlaced = false;
  std::vector<std::uint8_t> palette;  ///< RGB triples
};

/// `rows`: packed as PNG stores them (16 bits: high byte first).
Bytes encode_png(int width, int height, std::span<const std::uint8_t> rows, const PngStyle& style);

/// RGB, 8 bits.
Bytes encode_png(const Tensor& pixels);

/// With one more chunk before the image data; its checksum is right.
Bytes with_chunk(const Bytes& png, std::string_view name, std::string_view content);

}  // namespace bench::testing
