#include "datasets/mini/encode.h"

#include <cstdio>  // jpeglib.h needs FILE

#include <jpeglib.h>
#include <png.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "models/error.h"

namespace bench::mini {
namespace {

// VOC's colours: the bits of the index dealt out over red, green and blue from the top.
std::array<png_color, 256> voc_palette() {
  std::array<png_color, 256> palette{};
  for (unsigned index = 0; index < 256; ++index) {
    unsigned channel[3] = {0, 0, 0};
    for (unsigned bit = 0; bit < 8; ++bit) channel[bit % 3] |= (index >> bit & 1u) << (7 - bit / 3);
    palette[index] = {static_cast<png_byte>(channel[0]), static_cast<png_byte>(channel[1]),
                      static_cast<png_byte>(channel[2])};
  }
  return palette;
}

}  // namespace

std::string jpeg(const Tensor& pixels, int quality) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_height = static_cast<JDIMENSION>(pixels.dim(0));
  info.image_width = static_cast<JDIMENSION>(pixels.dim(1));
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  info.optimize_coding = TRUE;
  jpeg_start_compress(&info, TRUE);
  auto* const first = const_cast<std::uint8_t*>(pixels.data<std::uint8_t>().data());
  while (info.next_scanline < info.image_height) {
    auto* row = first + std::size_t{3} * info.image_width * info.next_scanline;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  std::string bytes(reinterpret_cast<const char*>(memory), size);
  jpeg_destroy_compress(&info);
  std::free(memory);
  return bytes;
}

std::string label_png(const LabelMap& map) {
  static const auto palette = voc_palette();
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(map.width);
  image.height = static_cast<png_uint_32>(map.height);
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = 256;
  png_alloc_size_t size = 0;
  const auto write = [&](void* to) {
    return png_image_write_to_memory(&image, to, &size, 0, map.labels.data(), 0, palette.data());
  };
  bool done = write(nullptr) != 0;
  std::string bytes(size, '\0');
  done = done && write(bytes.data()) != 0;
  if (!done) throw Error(Fault::environment, std::string("cannot encode a PNG: ") + image.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace bench::mini
