#pragma once
// The one EXIF field that matters to a benchmark: how the camera was held.

#include <cstddef>
#include <span>

namespace bench {

/// Orientation tag (1..8) of the first APP1 "Exif" segment before the image data of a JPEG file; 1
/// where there is none, or none that can be read. Never looks outside `jpeg`.
/// Source: Exif 2.32, 4.5.4 and 4.6.4; TIFF 6.0, section 2.
int exif_orientation(std::span<const std::byte> jpeg);

}  // namespace bench
