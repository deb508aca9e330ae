#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include <cstdlib>
#include <stdexcept>

#include "datasets/image_fixtures.h"

namespace bench::testing {
namespace {

void append(Bytes& bytes, std::string_view text) {
  for (const char c : text) bytes.push_back(std::byte(c));
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

J_COLOR_SPACE input_space(JpegColours colours) {
  switch (colours) {
    case JpegColours::grey: return JCS_GRAYSCALE;
    case JpegColours::cmyk:
    case JpegColours::ycck: return JCS_CMYK;
    default: return JCS_RGB;
  }
}

void set_style(jpeg_compress_struct& info, const JpegStyle& style) {
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, style.quality, TRUE);
  if (style.colours == JpegColours::rgb) jpeg_set_colorspace(&info, JCS_RGB);
  if (style.colours == JpegColours::cmyk) jpeg_set_colorspace(&info, JCS_CMYK);
  if (style.colours == JpegColours::ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  if (!style.subsampled) {
    for (int c = 0; c < info.num_components; ++c) {
      info.comp_info[c].h_samp_factor = info.comp_info[c].v_samp_factor = 1;
    }
  }
  if (style.progressive) jpeg_simple_progression(&info);
  info.restart_in_rows = style.restart_rows;
}

}  // namespace

Tensor draw(int width, int height, std::uint32_t seed) {
  Tensor image({height, width, 3}, DType::u8);
  auto pixel = image.data<std::uint8_t>().begin();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        seed = seed * 1664525u + 1013904223u;
        *pixel++ = static_cast<std::uint8_t>(static_cast<std::uint32_t>(3 * x + 5 * y + 40 * c) +
                                             (seed >> 26));
      }
    }
  }
  return image;
}

Bytes encode_jpeg(const Tensor& pixels, const JpegStyle& style) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_height = static_cast<JDIMENSION>(pixels.dim(0));
  info.image_width = static_cast<JDIMENSION>(pixels.dim(1));
  info.input_components = static_cast<int>(pixels.dim(2));
  info.in_color_space = input_space(style.colours);
  set_style(info, style);
  jpeg_start_compress(&info, TRUE);
  const std::size_t stride = static_cast<std::size_t>(pixels.dim(1) * pixels.dim(2));
  while (info.next_scanline < info.image_height) {
    auto* row =
        const_cast<std::uint8_t*>(pixels.data<std::uint8_t>().data()) + stride * info.next_scanline;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  const auto* begin = reinterpret_cast<const std::byte*>(memory);
  Bytes bytes(begin, begin + size);
  jpeg_destroy_compress(&info);
  std::free(memory);
  return bytes;
}

Bytes with_orientation(const Bytes& jpeg, int orientation, bool little_endian) {
  const auto number = [little_endian](std::uint32_t value, int bytes) {
    std::string text = big_endian(value).substr(static_cast<std::size_t>(4 - bytes));
    return little_endian ? std::string(text.rbegin(), text.rend()) : text;
  };
  std::string tiff = little_endian ? "II" : "MM";
  tiff += number(42, 2) + number(8, 4) + number(2, 2);                       // two entries
  tiff += number(0x0100, 2) + number(4, 2) + number(1, 4) + number(640, 4);  // ImageWidth
  tiff += number(0x0112, 2) + number(3, 2) + number(1, 4) +
          number(static_cast<std::uint32_t>(orientation), 2) + number(0, 2);  // Orientation
  tiff += number(0, 4);
  const std::string content = std::string("Exif\0\0", 6) + tiff;
  Bytes bytes(jpeg.begin(), jpeg.begin() + 2);
  append(bytes, "\xFF\xE1" + big_endian(static_cast<std::uint32_t>(content.size() + 2)).substr(2) +
                    content);
  bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
  return bytes;
}

Bytes encode_png(int width, int height, std::span<const std::uint8_t> rows, const PngStyle& style) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  Bytes bytes;
  const auto write = [](png_structp to, png_bytep data, std::size_t size) {
    auto& all = *static_cast<Bytes*>(png_get_io_ptr(to));
    const auto* begin = reinterpret_cast<const std::byte*>(data);
    all.insert(all.end(), begin, begin + size);
  };
  png_set_write_fn(png, &bytes, write, nullptr);
  png_set_check_for_invalid_index(png, 0);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height),
               style.bits, style.colour_type,
               style.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (std::size_t i = 0; i + 2 < style.palette.size(); i += 3) {
    palette.push_back({style.palette[i], style.palette[i + 1], style.palette[i + 2]});
  }
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  png_write_info(png, info);
  std::vector<png_bytep> list;
  const std::size_t stride = png_get_rowbytes(png, info);
  if (rows.size() != stride * static_cast<std::size_t>(height)) throw std::logic_error("rows");
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    list.push_back(const_cast<png_bytep>(rows.data()) + y * stride);
  }
  png_write_image(png, list.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

Bytes encode_png(const Tensor& pixels) {
  return encode_png(static_cast<int>(pixels.dim(1)), static_cast<int>(pixels.dim(0)),
                    pixels.data<std::uint8_t>(), {});
}

Bytes with_chunk(const Bytes& png, std::string_view name, std::string_view content) {
  const std::string body = std::string(name) + std::string(content);
  const auto sum = crc32(0, reinterpret_cast<const unsigned char*>(body.data()),
                         static_cast<unsigned>(body.size()));
  constexpr std::ptrdiff_t after_header = 8 + 25;  // signature, IHDR
  Bytes bytes(png.begin(), png.begin() + after_header);
  append(bytes, big_endian(static_cast<std::uint32_t>(content.size())) + body +
                    big_endian(static_cast<std::uint32_t>(sum)));
  bytes.insert(bytes.end(), png.begin() + after_header, png.end());
  return bytes;
}

}  // namespace bench::testing
