#include "datasets/image.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "datasets/codec.h"
#include "models/error.h"

namespace bench {
namespace {

bool has(std::span<const std::byte> bytes, std::size_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char c, std::byte b) { return std::byte(c) == b; });
}

constexpr std::string_view jpeg_magic("\xFF\xD8\xFF"), png_magic("\x89PNG\r\n\x1A\n");

// Formats by which a picture is likely to arrive although this program does not read them.
std::string_view other_format(std::span<const std::byte> bytes) {
  struct Magic {
    std::size_t at;
    std::string_view text, name;
  };
  using namespace std::string_view_literals;
  constexpr Magic list[] = {
      {0, "GIF8"sv, "GIF"},         {0, "RIFF"sv, "WebP"},     {0, "BM"sv, "BMP"},
      {0, "II*\0"sv, "TIFF"},       {0, "MM\0*"sv, "TIFF"},    {4, "ftyp"sv, "HEIF or AVIF"},
      {0, "P5"sv, "PGM"},           {0, "P6"sv, "PPM"},        {0, "\0\0\0\x0CjP  "sv, "JPEG 2000"},
      {0, "\xFF\x0A"sv, "JPEG XL"}, {0, "\x1F\x8B"sv, "gzip"}, {0, "PK\x03\x04"sv, "zip"},
  };
  for (const Magic& magic : list) {
    if (has(bytes, magic.at, magic.text)) return magic.name;
  }
  return {};
}

[[noreturn]] void refuse(std::span<const std::byte> bytes, std::string_view file) {
  if (bytes.empty()) {
    throw Error(Fault::bad_data, fmt::format("{}: the file is empty; fetch it again", file));
  }
  if (const std::string_view name = other_format(bytes); !name.empty()) {
    throw Error(
        Fault::unsupported,
        fmt::format("{}: a {} file; this program reads JPEG and PNG, convert it", file, name));
  }
  std::string start;
  for (const std::byte b : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    start += fmt::format(" {:02x}", std::to_integer<unsigned>(b));
  }
  const bool is_text =
      std::all_of(bytes.begin(), bytes.begin() + std::min<std::ptrdiff_t>(std::ssize(bytes), 64),
                  [](std::byte b) { return b >= std::byte(9) && b < std::byte(127); });
  throw Error(Fault::bad_data,
              fmt::format("{}: no image, {} that start with{}{}; fetch it again", file,
                          bytes.size() == 1 ? "1 byte" : fmt::format("{} bytes", bytes.size()),
                          start, is_text ? " (text: an error page of a web server?)" : ""));
}

}  // namespace

void check_image_size(std::uint64_t width, std::uint64_t height, std::string_view file) {
  constexpr std::uint64_t most_pixels = std::uint64_t{1} << 26, longest_side = 65535;
  if (width <= longest_side && height <= longest_side && width * height <= most_pixels) return;
  throw Error(Fault::unsupported,
              fmt::format("{}: {} x {} pixels; at most {} pixels and {} on a side are read", file,
                          width, height, most_pixels, longest_side));
}

DecodedImage decode_image(std::span<const std::byte> bytes, std::string_view file) {
  if (has(bytes, 0, jpeg_magic)) return decode_jpeg(bytes, file);
  if (has(bytes, 0, png_magic)) return decode_png(bytes, file);
  refuse(bytes, file);
}

LabelMap decode_label_map(std::span<const std::byte> bytes, std::string_view file) {
  if (has(bytes, 0, png_magic)) return decode_png_labels(bytes, file);
  if (has(bytes, 0, jpeg_magic)) {
    throw Error(
        Fault::bad_data,
        fmt::format("{}: a label map must be a PNG, this is a JPEG, which blurs labels", file));
  }
  refuse(bytes, file);
}

}  // namespace bench
