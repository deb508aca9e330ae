// JPEG through libjpeg-turbo. libjpeg goes on after most damage: it warns and fills what is missing
// with grey. A benchmark must not score such a picture, so here damage ends the decoding.

#include <cstdio>  // jpeglib.h needs FILE

#include <fmt/format.h>
#include <jerror.h>
#include <jpeglib.h>

#include <array>
#include <vector>

#include "datasets/codec.h"
#include "datasets/exif.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr int most_scans = 100;  // real progressive files have about ten; a bomb has thousands

struct Reader {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  Escape escape;
  int warnings = 0;
  std::array<char[JMSG_LENGTH_MAX], 4> notes{};

  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { jpeg_destroy_decompress(&info); }
};

Reader& reader_of(j_common_ptr info) { return *static_cast<Reader*>(info->client_data); }

[[noreturn]] void fail(j_common_ptr info) {
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  Escape& escape = reader_of(info).escape;
  std::snprintf(escape.message, sizeof escape.message, "%s", text);
  escape.leave();
}

// Oddities that leave every pixel as the encoder meant it. A few bytes too many before a marker are
// padding, as hardware encoders write it; more of them, or any before a restart marker, are what is
// left when the decoder lost its way in damaged data.
bool harmless(const jpeg_error_mgr& errors) {
  constexpr int most_padding = 32;
  switch (errors.msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL: return true;
    case JWRN_EXTRANEOUS_DATA: {
      const int bytes = errors.msg_parm.i[0], marker = errors.msg_parm.i[1];
      const bool restart = marker >= JPEG_RST0 && marker <= JPEG_RST0 + 7;
      return bytes <= most_padding && !restart;
    }
    default: return false;
  }
}

void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;  // a trace
  if (!harmless(*info->err)) fail(info);
  Reader& reader = reader_of(info);
  const auto index = static_cast<std::size_t>(reader.warnings++);
  if (index < reader.notes.size()) info->err->format_message(info, reader.notes[index]);
}

void on_progress(j_common_ptr info) {
  if (reader_of(info).info.input_scan_number <= most_scans) return;
  Escape& escape = reader_of(info).escape;
  std::snprintf(escape.message, sizeof escape.message, "more than %d scans", most_scans);
  escape.leave();
}

Fault fault_of(int code) {
  switch (code) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_SOF_UNSUPPORTED: return Fault::unsupported;
    case JERR_OUT_OF_MEMORY: return Fault::environment;
    default: return Fault::bad_data;
  }
}

[[noreturn]] void throw_failure(const Reader& reader, std::string_view file, bool has_header) {
  const Fault fault = fault_of(reader.errors.msg_code);
  std::string text = fmt::format("{}: {} JPEG: {}", file,
                                 fault == Fault::bad_data ? "damaged" : "cannot decode this",
                                 reader.escape.message);
  if (has_header && fault == Fault::bad_data) {
    text += fmt::format("; {} of {} rows are whole; fetch the file again",
                        reader.info.output_scanline, reader.info.image_height);
  }
  throw Error(fault, text);
}

void open(Reader& reader, std::span<const std::byte> bytes) {
  jpeg_decompress_struct& info = reader.info;
  info.err = jpeg_std_error(&reader.errors);
  info.client_data = &reader;
  reader.errors.error_exit = fail;
  reader.errors.emit_message = on_message;
  jpeg_create_decompress(&info);
  reader.progress.progress_monitor = on_progress;
  info.progress = &reader.progress;
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  const bool has_black = info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK;
  info.out_color_space = has_black ? JCS_CMYK : JCS_RGB;  // JCS_RGB repeats grey
  info.dct_method = JDCT_ISLOW;
  info.do_fancy_upsampling = TRUE;
}

// One row of inverted CMYK (as Adobe writes it, and as every reader takes all JPEGs of four
// components: 255 means no ink) to RGB: r = (1 - c)(1 - k), rounded as PIL's convert("RGB") does.
// With white = 255 (1 - k), r = white - c white / 255, the product rounded to nearest.
void cmyk_to_rgb(const unsigned char* cmyk, unsigned char* rgb, unsigned width) {
  for (unsigned x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const unsigned white = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const unsigned ink = (255u - cmyk[c]) * white;
      rgb[c] = static_cast<unsigned char>(white - (2 * ink + 255) / 510);
    }
  }
}

void read_rows(jpeg_decompress_struct& info, unsigned char* rgb, unsigned char* cmyk_row) {
  jpeg_start_decompress(&info);
  const std::size_t stride = std::size_t{3} * info.output_width;
  while (info.output_scanline < info.output_height) {
    unsigned char* const target = rgb + stride * info.output_scanline;
    unsigned char* row = cmyk_row ? cmyk_row : target;
    jpeg_read_scanlines(&info, &row, 1);
    if (cmyk_row) cmyk_to_rgb(cmyk_row, target, info.output_width);
  }
  jpeg_finish_decompress(&info);  // reads on to the end marker
}

}  // namespace

DecodedImage decode_jpeg(std::span<const std::byte> bytes, std::string_view file) {
  Reader reader;
  if (!completes(reader.escape, [&] { open(reader, bytes); })) {
    throw_failure(reader, file, false);
  }
  const jpeg_decompress_struct& info = reader.info;
  check_image_size(info.image_width, info.image_height, file);
  DecodedImage image;
  image.pixels = Tensor({info.image_height, info.image_width, 3}, DType::u8);
  std::vector<unsigned char> cmyk_row(
      info.out_color_space == JCS_CMYK ? std::size_t{4} * info.image_width : 0);
  unsigned char* const rgb = image.pixels.data<std::uint8_t>().data();
  unsigned char* const row = cmyk_row.empty() ? nullptr : cmyk_row.data();
  if (!completes(reader.escape, [&] { read_rows(reader.info, rgb, row); })) {
    throw_failure(reader, file, true);
  }
  image.format = "jpeg";
  image.exif_orientation = exif_orientation(bytes);
  if (image.exif_orientation != 1) {
    image.warnings.push_back(
        fmt::format("EXIF orientation {} is not applied", image.exif_orientation));
  }
  for (int i = 0; i < reader.warnings && i < static_cast<int>(reader.notes.size()); ++i) {
    image.warnings.emplace_back(reader.notes[static_cast<std::size_t>(i)]);
  }
  return image;
}

}  // namespace bench
