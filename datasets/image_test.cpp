#include "datasets/image.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>

#include "datasets/image_fixtures.h"
#include "models/error.h"
#include "models/sha256.h"
#include "models/testing.h"

using namespace bench;
using namespace bench::testing;
using Catch::Contains;

namespace {

Bytes bytes_of(std::string_view text) {
  Bytes bytes;
  for (const char c : text) bytes.push_back(std::byte(c));
  return bytes;
}

std::uint8_t at(const Tensor& image, int x, int y, int c) {
  return image.data<std::uint8_t>()[static_cast<std::size_t>((y * image.dim(1) + x) * 3 + c)];
}

std::vector<int> pixel(const Tensor& image, int x, int y) {
  return {at(image, x, y, 0), at(image, x, y, 1), at(image, x, y, 2)};
}

double mean_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const auto left = a.data<std::uint8_t>(), right = b.data<std::uint8_t>();
  double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += std::abs(left[i] - right[i]);
  return sum / static_cast<double>(left.size());
}

// A smooth picture, which JPEG keeps well.
Tensor slope(int width, int height, int channels = 3) {
  Tensor image({height, width, channels}, DType::u8);
  auto value = image.data<std::uint8_t>().begin();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) *value++ = static_cast<std::uint8_t>(x + y + 30 * c);
    }
  }
  return image;
}

Tensor constant(std::vector<std::uint8_t> colour) {
  Tensor image({16, 16, static_cast<std::int64_t>(colour.size())}, DType::u8);
  auto value = image.data<std::uint8_t>();
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = colour[i % colour.size()];
  return image;
}

struct Refusal {
  std::optional<Fault> fault;
  std::string text;
};

Refusal refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.fault(), error.what()};
  }
  return {};
}

Refusal refusal(const Bytes& bytes) {
  return refusal([&] { decode_image(bytes, "folder/a.jpg"); });
}

Bytes cut(Bytes bytes, std::size_t size) {
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("JPEG: every way of storing the same picture") {
  const Tensor original = slope(70, 45);
  for (const bool progressive : {false, true}) {
    for (const bool subsampled : {false, true}) {
      for (const JpegColours colours : {JpegColours::ycc, JpegColours::rgb}) {
        const DecodedImage image =
            decode_image(encode_jpeg(original, {colours, 95, progressive, subsampled}), "x");
        CHECK(image.format == "jpeg");
        CHECK(image.exif_orientation == 1);
        CHECK(image.warnings.empty());
        CHECK(mean_difference(image.pixels, original) < 1.5);
      }
    }
  }
}

TEST_CASE("JPEG: progressive and sequential files of the same coefficients give the same pixels") {
  const Tensor original = draw(61, 47, 3);
  const auto pixels = [&](bool progressive, int restart_rows) {
    const JpegStyle style{JpegColours::ycc, 80, progressive, true, restart_rows};
    return sha256(decode_image(encode_jpeg(original, style), "x").pixels.bytes());
  };
  CHECK(pixels(false, 0) == pixels(true, 0));
  CHECK(pixels(false, 0) == pixels(false, 1));
}

TEST_CASE("JPEG: grey is repeated") {
  const Tensor original = slope(40, 30, 1);
  const DecodedImage image = decode_image(encode_jpeg(original, {JpegColours::grey, 98}), "x");
  REQUIRE(image.pixels.shape() == Shape{30, 40, 3});
  for (int x = 0; x < 40; ++x) {
    CHECK(at(image.pixels, x, 7, 0) == at(image.pixels, x, 7, 1));
    CHECK(at(image.pixels, x, 7, 0) == at(image.pixels, x, 7, 2));
    CHECK(std::abs(at(image.pixels, x, 7, 0) - (x + 7)) <= 2);
  }
}

TEST_CASE("JPEG: four colours are Adobe's inverted CMYK") {
  // Stored 255 means no ink. Stored (255, 0, 0, 255): no cyan, full magenta and yellow, no black.
  // Stored (200, 100, 50, 128): white = 128, red = 128 - round(55 * 128 / 255 = 27.61) = 100,
  // green = 128 - round(155 * 128 / 255 = 77.80) = 50, blue = 128 - round(205 * 128 / 255 = 102.9)
  // = 25; quality 100 keeps a constant picture to within one step.
  const std::vector<std::pair<std::vector<std::uint8_t>, std::vector<int>>> cases = {
      {{255, 255, 255, 255}, {255, 255, 255}}, {{255, 0, 0, 255}, {255, 0, 0}},
      {{255, 255, 255, 0}, {0, 0, 0}},         {{0, 255, 0, 128}, {0, 128, 0}},
      {{200, 100, 50, 128}, {100, 50, 25}},
  };
  for (const auto& [stored, rgb] : cases) {
    for (const JpegColours colours : {JpegColours::cmyk, JpegColours::ycck}) {
      const auto image = decode_image(encode_jpeg(constant(stored), {colours, 100}), "x");
      const auto got = pixel(image.pixels, 5, 5);
      INFO(got[0] << " " << got[1] << " " << got[2]);
      for (std::size_t c = 0; c < 3; ++c) CHECK(std::abs(got[c] - rgb[c]) <= 1);
    }
  }
}

TEST_CASE("JPEG: the EXIF orientation is told, not applied") {
  const Bytes plain = encode_jpeg(slope(24, 16));
  const std::string pixels = sha256(decode_image(plain, "x").pixels.bytes());
  for (const bool little_endian : {false, true}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const auto image = decode_image(with_orientation(plain, orientation, little_endian), "x");
      CHECK(image.exif_orientation == orientation);
      CHECK(image.warnings.empty() == (orientation == 1));
      CHECK(sha256(image.pixels.bytes()) == pixels);
    }
    CHECK(decode_image(with_orientation(plain, 9, little_endian), "x").exif_orientation == 1);
  }
}

TEST_CASE("JPEG: a cut file is refused, and the message counts whole rows") {
  for (const bool progressive : {false, true}) {
    const Bytes whole = encode_jpeg(draw(120, 96, 5), {JpegColours::ycc, 90, progressive});
    for (const double share : {0.5, 0.95}) {
      const auto size = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
      const Refusal got = refusal(cut(whole, size));
      CHECK(got.fault == Fault::bad_data);
      CHECK_THAT(got.text, Contains("folder/a.jpg") && Contains("Premature end of JPEG file") &&
                               Contains(" of 96 rows are whole"));
    }
    CHECK(refusal(cut(whole, whole.size() / 20)).fault == Fault::bad_data);
    CHECK(refusal(cut(whole, 3)).fault == Fault::bad_data);
    const Refusal no_end = refusal(cut(whole, whole.size() - 2));
    CHECK(no_end.fault == Fault::bad_data);
    CHECK_THAT(no_end.text, Contains("of 96 rows are whole"));
  }
  // Half of a sequential file: about half of the rows.
  const Bytes whole = encode_jpeg(draw(120, 96, 5));
  const std::string text = refusal(cut(whole, whole.size() / 2)).text;
  const int rows = std::stoi(text.substr(text.find("JPEG file; ") + 11));
  CHECK(rows > 16);
  CHECK(rows < 64);
}

TEST_CASE("JPEG: bytes after the end do no harm") {
  Bytes bytes = encode_jpeg(slope(24, 16));
  const std::string pixels = sha256(decode_image(bytes, "x").pixels.bytes());
  for (int i = 0; i < 1000; ++i) bytes.push_back(std::byte(i * 7));
  CHECK(sha256(decode_image(bytes, "x").pixels.bytes()) == pixels);
}

TEST_CASE("JPEG: padding before the end is noted; much of it is damage") {
  const Bytes whole = encode_jpeg(draw(24, 16, 1));
  const auto padded = [&whole](std::size_t count) {
    Bytes bytes = cut(whole, whole.size() - 2);
    bytes.resize(bytes.size() + count, std::byte{0});
    bytes.insert(bytes.end(), whole.end() - 2, whole.end());
    return bytes;
  };
  const DecodedImage image = decode_image(padded(8), "x");
  REQUIRE(image.warnings.size() == 1);
  CHECK_THAT(image.warnings[0], Contains("extraneous bytes before marker 0xd9"));
  CHECK(sha256(image.pixels.bytes()) == sha256(decode_image(whole, "x").pixels.bytes()));
  CHECK_THAT(refusal(padded(500)).text, Contains("damaged JPEG") && Contains("extraneous"));
}

TEST_CASE("JPEG: a lost restart interval is damage") {
  const Bytes whole =
      encode_jpeg(draw(64, 64, 2), {JpegColours::ycc, 90, false, true, /*restart_rows=*/1});
  auto is_marker = [](std::byte a, std::byte b) {
    return a == std::byte{0xFF} && b >= std::byte{0xD0} && b <= std::byte{0xD7};
  };
  const auto first = std::adjacent_find(whole.begin(), whole.end(), is_marker);
  const auto second = std::adjacent_find(first + 2, whole.end(), is_marker);
  REQUIRE(second != whole.end());
  Bytes bytes = whole;
  bytes.erase(bytes.begin() + (first - whole.begin()), bytes.begin() + (second - whole.begin()));
  CHECK(refusal(bytes).fault == Fault::bad_data);
}

TEST_CASE("JPEG: absurd sizes are refused before anything is allocated") {
  Bytes bytes = encode_jpeg(slope(16, 16));
  const Bytes marker = {std::byte{0xFF}, std::byte{0xC0}};  // start of frame
  const auto frame = std::search(bytes.begin(), bytes.end(), marker.begin(), marker.end());
  REQUIRE(frame != bytes.end());
  for (int i = 5; i < 9; ++i) frame[i] = std::byte{0xFA};  // 64250 x 64250
  const Refusal got = refusal(bytes);
  CHECK(got.fault == Fault::unsupported);
  CHECK_THAT(got.text, Contains("64250 x 64250 pixels"));
}

TEST_CASE("PNG: every kind of sample") {
  const Tensor original = draw(21, 13, 4);
  const auto decoded = [](const Bytes& bytes) { return decode_image(bytes, "x").pixels; };
  SECTION("RGB, interlaced or not") {
    const DecodedImage image = decode_image(encode_png(original), "x");
    CHECK(image.format == "png");
    CHECK(mean_difference(image.pixels, original) == 0);
    const Bytes interlaced = encode_png(21, 13, original.data<std::uint8_t>(), {8, 2, true, {}});
    CHECK(mean_difference(decoded(interlaced), original) == 0);
  }
  SECTION("alpha is dropped, not blended") {
    const std::vector<std::uint8_t> rgba = {10, 20, 30, 0, 40, 50, 60, 128};
    const Tensor image = decoded(encode_png(2, 1, rgba, {8, 6, false, {}}));
    CHECK(pixel(image, 0, 0) == std::vector{10, 20, 30});
    CHECK(pixel(image, 1, 0) == std::vector{40, 50, 60});
    const std::vector<std::uint8_t> grey_alpha = {77, 0, 88, 255};
    CHECK(pixel(decoded(encode_png(2, 1, grey_alpha, {8, 4, false, {}})), 0, 0) ==
          std::vector{77, 77, 77});
  }
  SECTION("grey of 1, 2, 4 bits spans 0..255") {
    const std::vector<std::uint8_t> bits1 = {0b10100000}, bits2 = {0b00011011},
                                    bits4 = {0x0F, 0x70};
    const Tensor one = decoded(encode_png(3, 1, bits1, {1, 0, false, {}}));
    CHECK(pixel(one, 0, 0) == std::vector{255, 255, 255});
    CHECK(pixel(one, 1, 0) == std::vector{0, 0, 0});
    const Tensor two = decoded(encode_png(4, 1, bits2, {2, 0, false, {}}));
    CHECK(pixel(two, 1, 0) == std::vector{85, 85, 85});
    const Tensor four = decoded(encode_png(3, 1, bits4, {4, 0, false, {}}));
    CHECK(pixel(four, 2, 0) == std::vector{119, 119, 119});
  }
  SECTION("16 bits keep the high byte") {
    const std::vector<std::uint8_t> deep = {0x12, 0xFF, 0x34, 0x80, 0x56, 0x00};
    CHECK(pixel(decoded(encode_png(1, 1, deep, {16, 2, false, {}})), 0, 0) ==
          std::vector{0x12, 0x34, 0x56});
    const std::vector<std::uint8_t> grey = {0xAB, 0xCD};
    CHECK(pixel(decoded(encode_png(1, 1, grey, {16, 0, false, {}})), 0, 0) ==
          std::vector{0xAB, 0xAB, 0xAB});
  }
  SECTION("palette, with transparency or without") {
    const std::vector<std::uint8_t> rows = {0b01000000};
    const Bytes plain = encode_png(2, 1, rows, {1, 3, false, {1, 2, 3, 4, 5, 6}});
    CHECK(pixel(decoded(plain), 0, 0) == std::vector{1, 2, 3});
    CHECK(pixel(decoded(plain), 1, 0) == std::vector{4, 5, 6});
  }
}

TEST_CASE("PNG: a broken colour profile only warns") {
  const Tensor original = draw(9, 9, 1);
  const Bytes plain = encode_png(original);
  const std::string profile = std::string("broken\0\0", 8) + "not deflated at all";
  const DecodedImage image = decode_image(with_chunk(plain, "iCCP", profile), "x");
  CHECK(mean_difference(image.pixels, original) == 0);
  REQUIRE_FALSE(image.warnings.empty());
  CHECK_THAT(image.warnings[0], Contains("iCCP"));
  // Nor does a gamma or a transparent colour change a sample.
  const Bytes gamma = with_chunk(plain, "gAMA", std::string("\0\0\x27\x10", 4));
  CHECK(mean_difference(decode_image(gamma, "x").pixels, original) == 0);
  const Bytes key = with_chunk(plain, "tRNS", std::string("\0\1\0\1\0\1", 6));
  CHECK(mean_difference(decode_image(key, "x").pixels, original) == 0);
}

TEST_CASE("PNG: cut, altered or oversized files are refused") {
  const Bytes whole = encode_png(draw(64, 64, 6));
  for (const double share : {0.05, 0.5, 0.95, 0.999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(whole.size()));
    CHECK(refusal(cut(whole, size)).fault == Fault::bad_data);
  }
  const Refusal half = refusal(cut(whole, whole.size() / 2));
  CHECK_THAT(half.text, Contains("folder/a.jpg: damaged PNG") && Contains("of 64 rows are whole"));
  Bytes altered = whole;
  altered[whole.size() / 2] ^= std::byte{1};
  const Refusal sum = refusal(altered);
  CHECK(sum.fault == Fault::bad_data);
}

TEST_CASE("what is no JPEG or PNG is named") {
  using namespace std::string_view_literals;
  CHECK_THAT(refusal(Bytes{}).text, Contains("folder/a.jpg: the file is empty"));
  CHECK(refusal(Bytes{}).fault == Fault::bad_data);
  const Refusal zeros = refusal(Bytes(1000));
  CHECK(zeros.fault == Fault::bad_data);
  CHECK_THAT(zeros.text, Contains("1000 bytes that start with 00 00 00 00"));
  CHECK_THAT(refusal(bytes_of("<html><title>404</title>")).text, Contains("text"));
  for (const auto& [start, name] : {std::pair{"GIF89a"sv, "GIF"},
                                    {"BM\x36\0"sv, "BMP"},
                                    {"RIFF\0\0\0\0WEBP"sv, "WebP"},
                                    {"II*\0"sv, "TIFF"},
                                    {"\0\0\0\x1C"
                                     "ftypavif"sv,
                                     "HEIF"}}) {
    const Refusal got = refusal(bytes_of(start));
    CHECK(got.fault == Fault::unsupported);
    CHECK_THAT(got.text, Contains(name) && Contains("JPEG and PNG"));
  }
  CHECK(refusal(bytes_of("\xFF\xD8\xFF"sv)).fault == Fault::bad_data);
  CHECK(refusal(bytes_of("\x89PNG\r\n\x1A\n"sv)).fault == Fault::bad_data);
  // The name's ending does not matter.
  CHECK(decode_image(encode_png(draw(4, 4, 1)), "a.jpg").format == "png");
}

TEST_CASE("flipped bits never do worse than an Error") {
  std::uint32_t seed = 12345;
  const auto random = [&seed](std::size_t below) {
    seed = seed * 1664525u + 1013904223u;
    return static_cast<std::size_t>(seed >> 8) % below;
  };
  const Bytes files[] = {
      encode_jpeg(draw(40, 32, 7)),
      with_orientation(encode_jpeg(draw(40, 32, 7), {JpegColours::ycc, 75, true}), 6, true),
      encode_png(draw(20, 16, 7)),
      encode_png(4, 2, std::vector<std::uint8_t>{0x10, 0x10}, {1, 3, true, {1, 2, 3, 4, 5, 6}})};
  for (const Bytes& file : files) {
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
      Bytes bytes = file;
      for (std::size_t flips = 1 + random(3); flips > 0; --flips) {
        bytes[random(bytes.size())] ^= std::byte(1 << random(8));
      }
      try {
        const DecodedImage image = decode_image(bytes, "flipped");
        CHECK(image.pixels.dim(2) == 3);
      } catch (const Error&) {
        ++refused;
      }
      try {
        decode_label_map(bytes, "flipped");
      } catch (const Error&) {
      }
    }
    CHECK(refused > 100);
  }
}

TEST_CASE("label maps: indices as stored") {
  const std::vector<std::uint8_t> palette = {0, 0, 0, 128, 0, 0, 0, 128, 0, 224, 224, 192};
  SECTION("palette of 8 bits; an index beyond the palette stays") {
    const std::vector<std::uint8_t> rows = {0, 1, 2, 255, 3, 0};
    const LabelMap map = decode_label_map(encode_png(3, 2, rows, {8, 3, false, palette}), "x");
    CHECK(map.width == 3);
    CHECK(map.height == 2);
    CHECK(map.labels == rows);
  }
  SECTION("palette of 2 bits is unpacked") {
    const std::vector<std::uint8_t> rows = {0b00011011};
    const LabelMap map = decode_label_map(encode_png(4, 1, rows, {2, 3, false, palette}), "x");
    CHECK(map.labels == std::vector<std::uint8_t>{0, 1, 2, 3});
  }
  SECTION("grey of 8 bits") {
    const std::vector<std::uint8_t> rows = {7, 20, 255};
    CHECK(decode_label_map(encode_png(3, 1, rows, {8, 0, false, {}}), "x").labels == rows);
  }
  SECTION("colours, JPEG and junk are refused") {
    const auto label_refusal = [](const Bytes& bytes) {
      return refusal([&] { decode_label_map(bytes, "m.png"); });
    };
    CHECK_THAT(label_refusal(encode_png(draw(3, 3, 1))).text, Contains("m.png: a label map is"));
    CHECK_THAT(label_refusal(encode_jpeg(slope(16, 16))).text, Contains("JPEG"));
    CHECK(label_refusal(Bytes{}).fault == Fault::bad_data);
  }
}

TEST_CASE("real images decode as PIL and OpenCV decode them") {
  std::ifstream stream(BENCH_SOURCE_DIR "/datasets/golden/real_images.json");
  const auto golden = nlohmann::json::parse(stream);
  for (const auto& [folder, expected] : golden["decoded"].items()) {
    const auto root = real_data("voc_imagenet/" + folder);
    if (!root) return;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(*root)) files.push_back(entry);
    std::sort(files.begin(), files.end());
    Sha256 all;
    for (const auto& file : files) {
      std::ifstream input(file, std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(input)), {});
      all.add(decode_image(bytes_of(text), file.string()).pixels.bytes());
    }
    CHECK(all.hex() == expected.get<std::string>());
  }
}
