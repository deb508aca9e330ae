#include "datasets/mat_file.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <random>

#include "datasets/testing.h"
#include "datasets/text.h"

namespace bench {
namespace {

using namespace bench::testing;
using Kind = MatArray::Kind;

std::string compressed(const std::string& plain) {
  uLongf size = compressBound(plain.size());
  std::string out(size, '\0');
  compress2(reinterpret_cast<Bytef*>(out.data()), &size,
            reinterpret_cast<const Bytef*>(plain.data()), plain.size(), 9);
  out.resize(size);
  return le32(15) + le32(static_cast<std::uint32_t>(size)) + out;  // not padded
}

MatArray read(const std::string& file, const std::string& variable) {
  return read_mat(std::as_bytes(std::span(file)), "x.mat", {variable})[0];
}

std::string fault_of(const std::string& file, Fault fault = Fault::bad_data) {
  return error_of(fault, [&] { read(file, "v"); });
}

TEST_CASE("mat: numbers, text, cells and structs, plain and compressed") {
  const std::string numbers = mat_numbers({2, 3}, {1, 2, 3, 4, 5, -6}, "n");
  const std::string cells = mat_cells({mat_text("ab"), mat_cells({mat_numbers({1, 1}, {7})})}, "c");
  const std::string fields = mat_struct(
      {"id", "word"},
      {mat_numbers({1, 1}, {1}), mat_text("kit fox"), mat_numbers({1, 1}, {2}), mat_text("setter")},
      "s");
  for (const std::string& file : {mat_file(numbers + cells + fields),
                                  mat_file(compressed(numbers) + compressed(cells) + fields)}) {
    const auto arrays = read_mat(std::as_bytes(std::span(file)), "x.mat", {"s", "n", "c"});
    CHECK(arrays[1].dims == std::vector<std::size_t>{2, 3});
    CHECK(arrays[1].numbers == std::vector<double>{1, 2, 3, 4, 5, -6});
    REQUIRE(arrays[2].kind == Kind::cells);
    CHECK(arrays[2].elements[0].text == "ab");
    CHECK(arrays[2].elements[1].elements[0].numbers == std::vector<double>{7});
    REQUIRE(arrays[0].kind == Kind::fields);
    CHECK(arrays[0].field_names == std::vector<std::string>{"id", "word"});
    CHECK(arrays[0].elements[3].text == "setter");
  }
}

TEST_CASE("mat: small elements, narrow storage, UTF-16 text, empty cells") {
  // A small element: size 2 and type 2 (uint8) in one word, then the two bytes, padded to four.
  const std::string small = le32(2u << 16 | 2u) + std::string("\x05\xff\0\0", 4);
  CHECK(read(mat_file(mat_array(6, {1, 2}, small, "v")), "v").numbers ==
        std::vector<double>{5, 255});
  const std::string utf16 = mat_element(4, std::string("M\0\xfc\0", 4));  // "Mü"
  CHECK(read(mat_file(mat_array(4, {1, 2}, utf16, "v")), "v").text == "M\xc3\xbc");
  const auto empty = read(mat_file(mat_cells({mat_element(14, "")}, "v")), "v");
  CHECK(empty.elements[0].numbers.empty());
  CHECK(empty.elements[0].dims == std::vector<std::size_t>{0, 0});
}

TEST_CASE("mat: what is wrong is said, with the file and the variable") {
  const std::string good = mat_file(mat_numbers({2, 1}, {1, 2}, "v"));
  CHECK(fault_of(good.substr(0, 100)) == "MATLAB file x.mat: only 100 bytes, cut short");
  CHECK(fault_of(good.substr(0, good.size() - 9)).find("cut short") != std::string::npos);
  CHECK(fault_of(mat_file(""), Fault::missing) == "MATLAB file x.mat: holds no variable 'v'");
  CHECK(fault_of(mat_file(mat_numbers({3, 1}, {1, 2}, "v"))) ==
        "MATLAB file x.mat, variable v: an array of 3 numbers holds 8 bytes of 4 each");
  CHECK(fault_of("MATLAB 7.3 MAT-file" + good.substr(19), Fault::unsupported).find("-v7") !=
        std::string::npos);
  std::string big = good;
  std::swap(big[126], big[127]);
  CHECK(fault_of(big, Fault::unsupported).find("big-endian") != std::string::npos);
  CHECK(fault_of(mat_file(mat_array(5, {1, 1}, "", "v")), Fault::unsupported).find("sparse") !=
        std::string::npos);
  CHECK(fault_of(mat_file(mat_array(1, {1u << 30, 1u << 30}, "", "v"))).find("claims") !=
        std::string::npos);
  CHECK(fault_of(mat_file(mat_array(1, {1u << 31, 1}, "", "v"))).find("negative") !=
        std::string::npos);
}

TEST_CASE("mat: nesting and inflation are bounded") {
  std::string nested = mat_numbers({1, 1}, {1});
  for (int i = 0; i < 40; ++i) nested = mat_cells({nested}, i == 39 ? "v" : "");
  CHECK(fault_of(mat_file(nested)).find("nested deeper") != std::string::npos);

  const std::string bomb = compressed(std::string(80u << 20, '\0'));  // 80 MB in 80 kB
  CHECK(bomb.size() < 100'000);
  CHECK(fault_of(mat_file(bomb)).find("inflates to more than 67,108,864 bytes") !=
        std::string::npos);

  std::string damaged = compressed(mat_numbers({2, 1}, {1, 2}, "v"));
  damaged.resize(damaged.size() - 6);
  damaged.replace(4, 4, le32(static_cast<std::uint32_t>(damaged.size() - 8)));
  CHECK(fault_of(mat_file(damaged)).find("damaged or cut short") != std::string::npos);
}

TEST_CASE("mat: no flipped byte does more than an error") {
  const std::string cells = mat_cells({mat_text("ab"), mat_cells({mat_numbers({1, 1}, {7})})}, "v");
  const std::string fields =
      mat_struct({"id", "word"}, {mat_numbers({1, 1}, {1}), mat_text("kit fox")}, "s");
  const std::string file =
      mat_file(cells + fields + compressed(mat_numbers({4, 1}, {1, 2, 3, 4}, "n")));
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string mutant = file;
    for (int flips = 1 + i % 3; flips > 0; --flips) {
      mutant[random() % mutant.size()] = static_cast<char>(random());
    }
    if (i % 10 == 0) mutant.resize(random() % mutant.size());
    try {
      read_mat(std::as_bytes(std::span(mutant)), "x.mat", {"v", "s", "n"});
      ++accepted;
    } catch (const Error&) {
    }
  }
  CHECK(accepted > 0);
  CHECK(accepted < 3000);
}

}  // namespace
}  // namespace bench
