#include "bench/tiny_lfw.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <vector>

#include "bench/files.h"
#include "datasets/image.h"
#include "models/formats/formats.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench::testing {
namespace {

constexpr int side = 112;

std::string big_endian(std::uint32_t v) {
  return {static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
          static_cast<char>(v)};
}

std::string chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  const auto crc =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(const std::string& raw) {
  uLongf size = compressBound(raw.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
            raw.size(), Z_NO_COMPRESSION);
  out.resize(size);
  return out;
}

// Protocol buffers by hand: a number or a length and bytes, under a field number.
std::string varint(std::uint64_t v) {
  std::string out;
  for (; v >= 128; v >>= 7) out += static_cast<char>(v | 128);
  return out + static_cast<char>(v);
}
std::string number(int field, std::uint64_t v) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(v);
}
std::string bytes(int field, const std::string& v) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(v.size()) + v;
}

std::string value_info(const std::string& name, const std::vector<std::uint64_t>& shape) {
  std::string dims;
  for (const std::uint64_t size : shape) dims += bytes(1, number(1, size));
  return bytes(1, name) + bytes(2, bytes(1, number(1, 1) + bytes(2, dims)));  // 1: float
}

std::string node(const std::string& op, const std::string& from, const std::string& to) {
  return bytes(1, from) + bytes(2, to) + bytes(3, to) + bytes(4, op);
}

std::string tiny_onnx() {
  const std::string graph = bytes(1, node("GlobalAveragePool", "image", "pool")) +
                            bytes(1, node("Flatten", "pool", "embedding")) + bytes(2, "tiny") +
                            bytes(11, value_info("image", {1, 3, side, side})) +
                            bytes(12, value_info("embedding", {1, 3}));
  return number(1, 7) + bytes(7, graph) + bytes(8, bytes(1, "") + number(2, 11));
}

// Not write_file, which waits for the disk.
void save(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string person(int i) { return "P" + std::to_string(i); }

}  // namespace

std::string tiny_png(int red, int green, int blue, unsigned noise) {
  std::string rows;
  for (int y = 0; y < side; ++y) {
    rows += '\0';
    for (int x = 0; x < side; ++x) {
      for (const int colour : {red, green, blue}) {
        noise = noise * 1664525 + 1013904223;
        rows += static_cast<char>(colour + static_cast<int>(noise >> 29));
      }
    }
  }
  const std::string size = big_endian(side);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", size + size + std::string("\x08\x02\0\0\0", 5)) +
         chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

void write_tiny_lfw(const std::filesystem::path& folder, int people) {
  const auto root = folder / "lfw";
  std::string folds[2];
  for (int i = 0; i < people; ++i) {
    make_folder((root / person(i)).string());
    for (const int picture : {1, 2}) {
      const std::string file = person(i) + "_000" + std::to_string(picture) + ".png";
      save(root / person(i) / file, tiny_png(37 * i % 200, 90 * i % 210, 15 * i % 190 + 5 * picture,
                                             static_cast<unsigned>(2 * i + picture)));
    }
    folds[i % 2] += person(i) + "\t1\t2\n";
  }
  for (int i = 0; i < people; ++i) {
    folds[i % 2] += person(i) + "\t1\t" + person((i + 1) % people) + "\t2\n";
  }
  // The header counts folds, and pairs of each kind in a fold: same ones first.
  save(root / "pairs.txt", "2\t" + std::to_string(people / 2) + "\n" + folds[0] + folds[1]);
  save(folder / "tiny.onnx", tiny_onnx());
}

std::vector<std::string> tiny_run(const std::filesystem::path& folder, const std::string& out,
                                  int replicates, const std::vector<std::string>& more) {
  const auto file = [&](const std::string& name) { return (folder / name).string(); };
  std::vector<std::string> line = {"run",
                                   "--dataset",
                                   "lfw",
                                   "--data",
                                   file("lfw"),
                                   "--model",
                                   file("tiny.onnx"),
                                   "--prepare",
                                   "mobilefacenet-112",
                                   "--decode",
                                   "embedding",
                                   "--bootstrap",
                                   std::to_string(replicates),
                                   "--out",
                                   file(out)};
  line.insert(line.end(), more.begin(), more.end());
  return line;
}

TEST_CASE("The tiny data set is what it says") {
  const TemporaryFolder folder;
  write_tiny_lfw(folder.path(), 4);
  const std::string png = tiny_png(10, 20, 30, 1);
  const DecodedImage image = decode_image(std::as_bytes(std::span(png)), "tiny.png");
  CHECK(image.pixels.shape() == Shape{side, side, 3});
  const LoadedNetwork network = load_network((folder.path() / "tiny.onnx").string());
  Tensor input({1, 3, side, side});
  for (float& value : input.data<float>()) value = 0.5f;
  const Tensor out = evaluate(network.graph, input).at(0);
  CHECK(out.shape() == Shape{1, 3});
  CHECK(out.data<float>()[2] == 0.5f);
}

}  // namespace bench::testing
