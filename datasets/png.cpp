// PNG through libpng. Samples are taken as they are stored: no gamma, no colour profile, no
// blending.

#include <fmt/format.h>
#include <png.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <vector>

#include "datasets/codec.h"
#include "models/error.h"

namespace bench {
namespace {

struct Reader {
  std::span<const std::byte> bytes;
  std::size_t at = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::uint32_t rows_done = 0;
  Escape escape;
  int warnings = 0;
  std::array<char[128], 4> notes{};

  explicit Reader(std::span<const std::byte> all) : bytes(all) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

[[noreturn]] void on_error(png_structp png, png_const_charp text) {
  Escape& escape = static_cast<Reader*>(png_get_error_ptr(png))->escape;
  std::snprintf(escape.message, sizeof escape.message, "%s", text);
  escape.leave();
}

void on_warning(png_structp png, png_const_charp text) {
  Reader& reader = *static_cast<Reader*>(png_get_error_ptr(png));
  const auto index = static_cast<std::size_t>(reader.warnings++);
  if (index < reader.notes.size()) {
    std::snprintf(reader.notes[index], sizeof reader.notes[index], "%s", text);
  }
}

void on_read(png_structp png, png_bytep out, std::size_t size) {
  Reader& reader = *static_cast<Reader*>(png_get_io_ptr(png));
  if (size > reader.bytes.size() - reader.at) png_error(png, "premature end of file");
  std::memcpy(out, reader.bytes.data() + reader.at, size);
  reader.at += size;
}

void open(Reader& reader) {
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  if (!reader.png) return;
  reader.info = png_create_info_struct(reader.png);
  if (!reader.info) return;
  png_set_read_fn(reader.png, &reader, on_read);
  png_read_info(reader.png, reader.info);
}

void read_rows(Reader& reader, unsigned char* out, std::size_t stride) {
  png_read_update_info(reader.png, reader.info);
  if (png_get_rowbytes(reader.png, reader.info) != stride) png_error(reader.png, "row size");
  const std::uint32_t height = png_get_image_height(reader.png, reader.info);
  const int passes = png_get_interlace_type(reader.png, reader.info) == PNG_INTERLACE_NONE ? 1 : 7;
  for (int pass = 0; pass < passes; ++pass) {
    for (std::uint32_t y = 0; y < height; ++y) {
      png_read_row(reader.png, out + y * stride, nullptr);
      if (pass + 1 == passes) ++reader.rows_done;
    }
  }
  png_read_end(reader.png, nullptr);
}

[[noreturn]] void throw_failure(const Reader& reader, std::string_view file, std::int64_t height) {
  std::string text = fmt::format("{}: damaged PNG: {}", file, reader.escape.message);
  if (height > 0) text += fmt::format("; {} of {} rows are whole", reader.rows_done, height);
  throw Error(Fault::bad_data, text + "; fetch the file again");
}

void read_header(Reader& reader, std::string_view file) {
  if (!completes(reader.escape, [&] { open(reader); })) throw_failure(reader, file, 0);
  if (!reader.info) throw Error(Fault::environment, fmt::format("{}: out of memory", file));
  check_image_size(png_get_image_width(reader.png, reader.info),
                   png_get_image_height(reader.png, reader.info), file);
}

}  // namespace

DecodedImage decode_png(std::span<const std::byte> bytes, std::string_view file) {
  Reader reader(bytes);
  read_header(reader, file);
  const std::int64_t width = png_get_image_width(reader.png, reader.info);
  const std::int64_t height = png_get_image_height(reader.png, reader.info);
  DecodedImage image;
  image.pixels = Tensor({height, width, 3}, DType::u8);
  unsigned char* const rgb = image.pixels.data<std::uint8_t>().data();
  const auto step = [&] {
    png_set_interlace_handling(reader.png);
    png_set_strip_16(reader.png);  // keeps the high byte
    png_set_expand(reader.png);    // palette to RGB, 1, 2 and 4 bits to 8
    png_set_gray_to_rgb(reader.png);
    png_set_strip_alpha(reader.png);
    read_rows(reader, rgb, static_cast<std::size_t>(3 * width));
  };
  if (!completes(reader.escape, step)) throw_failure(reader, file, height);
  image.format = "png";
  for (int i = 0; i < reader.warnings && i < static_cast<int>(reader.notes.size()); ++i) {
    image.warnings.emplace_back(reader.notes[static_cast<std::size_t>(i)]);
  }
  return image;
}

LabelMap decode_png_labels(std::span<const std::byte> bytes, std::string_view file) {
  Reader reader(bytes);
  read_header(reader, file);
  const int colour = png_get_color_type(reader.png, reader.info);
  const int bits = png_get_bit_depth(reader.png, reader.info);
  if ((colour != PNG_COLOR_TYPE_PALETTE && colour != PNG_COLOR_TYPE_GRAY) || bits > 8) {
    throw Error(Fault::bad_data,
                fmt::format("{}: a label map is a palette or 8-bit grey PNG, this one has {} bits "
                            "and colour type {}; was the palette expanded when it was saved?",
                            file, bits, colour));
  }
  LabelMap map;
  map.width = static_cast<int>(png_get_image_width(reader.png, reader.info));
  map.height = static_cast<int>(png_get_image_height(reader.png, reader.info));
  const auto stride = static_cast<std::size_t>(map.width);
  map.labels.resize(stride * static_cast<std::size_t>(map.height));
  const auto step = [&] {
    png_set_interlace_handling(reader.png);
    png_set_packing(reader.png);  // 1, 2 and 4 bits: one index a byte
    read_rows(reader, map.labels.data(), stride);
  };
  if (!completes(reader.escape, step)) throw_failure(reader, file, map.height);
  return map;
}

}  // namespace bench
