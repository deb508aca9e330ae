#pragma once
// Decoding of image files. JPEG by libjpeg-turbo (accurate integer DCT, fancy upsampling), PNG by
// libpng: the same pixels as PIL's convert("RGB") and OpenCV's imread. The type is told from the
// content, never from the file's name. EXIF orientation is not applied: the published figures were
// made by decoders that ignore it.
//
// Where PIL and OpenCV differ: JPEGs of four colours (Adobe's inverted CMYK) become RGB as PIL does
// it; 16-bit grey keeps the high byte, as OpenCV does (PIL cuts off at 255).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/answer.h"
#include "models/tensor.h"

namespace bench {

struct DecodedImage {
  Tensor pixels;                      ///< H x W x 3, u8, RGB; grey is repeated, alpha dropped
  std::string format;                 ///< "jpeg" or "png"
  int exif_orientation = 1;           ///< as stored (1..8); not applied
  std::vector<std::string> warnings;  ///< e.g. a broken colour profile; pixels are whole
};

/// Throws Error{bad_data} naming `file` for an empty, truncated or corrupt image (also where
/// libjpeg would only warn and fill with grey, and where only the end marker is missing), saying
/// how many rows are whole; Error{unsupported} for other formats and for more than 2^26 pixels.
DecodedImage decode_image(std::span<const std::byte> bytes, std::string_view file);

/// A palette or 8-bit grey PNG as indices, palette never expanded. Throws as decode_image.
LabelMap decode_label_map(std::span<const std::byte> bytes, std::string_view file);

}  // namespace bench
