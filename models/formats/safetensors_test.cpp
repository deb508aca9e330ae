#include "models/formats/safetensors.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "models/error.h"

namespace bench {
namespace {

using Catch::Contains;

std::vector<std::byte> file(const std::string& header, std::size_t data) {
  const std::uint64_t length = header.size();
  std::vector<std::byte> bytes(sizeof(length) + header.size() + data);
  std::memcpy(bytes.data(), &length, sizeof(length));
  std::memcpy(bytes.data() + sizeof(length), header.data(), header.size());
  return bytes;
}

NamedTensors read(const std::string& header, std::size_t data) {
  return read_safetensors(file(header, data), "net");
}

NamedTensors example() {
  const std::int64_t steps = -7;
  NamedTensors named{.tensors = {}, .notes = {{"seed", "3"}, {"recipe", "\"float\""}}};
  named.tensors["conv.weight"] = Tensor::of({2, 1, 1, 2}, {1, -2, 0.5f, 4});
  named.tensors["scalar"] = Tensor::of({}, {3});
  named.tensors["none"] = Tensor({0, 4}, DType::u8);
  named.tensors["a"] = Tensor({3}, DType::i8);
  named.tensors["steps"] = Tensor::of<std::int64_t>({1}, std::span(&steps, 1));
  return named;
}

TEST_CASE("safetensors: what is written is read") {
  const auto bytes = write_safetensors(example());
  const NamedTensors got = read_safetensors(bytes, "net"), wanted = example();
  CHECK(got.notes == wanted.notes);
  REQUIRE(got.tensors.size() == wanted.tensors.size());
  for (const auto& [name, tensor] : wanted.tensors) {
    CAPTURE(name);
    const Tensor& other = got.tensors.at(name);
    CHECK(other.type() == tensor.type());
    CHECK(other.shape() == tensor.shape());
    CHECK(std::ranges::equal(other.bytes(), tensor.bytes()));
  }
  CHECK(write_safetensors(got) == bytes);
}

TEST_CASE("safetensors: the bytes of one tensor, by hand") {
  NamedTensors named;
  named.tensors["x"] = Tensor::of({1}, {1.0f});
  std::vector<std::byte> wanted = file(R"({"x":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})"
                                       "  ",
                                       4);
  wanted[wanted.size() - 2] = std::byte{0x80};
  wanted[wanted.size() - 1] = std::byte{0x3f};
  CHECK(write_safetensors(named) == wanted);
}

TEST_CASE("safetensors: damaged and hostile files are refused") {
  const auto x = [](const std::string& dtype, const std::string& shape, const std::string& ends) {
    return R"("x":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + ends +
           "}";
  };
  const auto one = [&](const std::string& dtype, const std::string& shape,
                       const std::string& ends) { return "{" + x(dtype, shape, ends) + "}"; };
  CHECK(read(one("F32", "[1]", "[0,4]"), 4).tensors.size() == 1);
  CHECK_THROWS_WITH(read(one("F32", "[2]", "[0,4]"), 4), Contains("4 bytes for shape 2"));
  CHECK_THROWS_WITH(read(one("F32", "[1]", "[4,0]"), 4), Contains("outside"));
  CHECK_THROWS_WITH(read(one("F32", "[1]", "[4,8]"), 4), Contains("outside"));
  CHECK_THROWS_WITH(read(one("F32", "[1]", "[0,4]"), 8), Contains("belong to no tensor"));
  CHECK_THROWS_WITH(read(one("F32", "[1]", "[4,8]"), 8), Contains("hole"));
  CHECK_THROWS_WITH(read(one("F32", "[1]", "[0]"), 4), Contains("not two"));
  CHECK_THROWS_WITH(read(one("F32", "[-1]", "[0,4]"), 4), Contains("not sizes"));
  CHECK_THROWS_WITH(read(one("F32", "[1.5]", "[0,4]"), 4), Contains("not sizes"));
  CHECK_THROWS_AS(read(one("F32", "[281474976710656,281474976710656]", "[0,4]"), 4), Error);
  CHECK_THROWS_WITH(read(one("BF16", "[2]", "[0,4]"), 4),
                    Contains("net: tensor 'x': has elements"));
  const std::string twice = x("F32", "[1]", "[0,4]") + "," + x("F32", "[1]", "[0,4]");
  CHECK_THROWS_WITH(read("{" + twice + "}", 4), Contains("key 'x' twice"));
  CHECK_THROWS_WITH(read(R"({"x":7})", 0), Contains("not described"));
  CHECK_THROWS_WITH(read(R"({"x":{"data_offsets":[0,0],"shape":[]}})", 0), Contains("no dtype"));
  CHECK_THROWS_WITH(read(R"({"__metadata__":{"a":1}})", 0), Contains("not text"));
  CHECK_THROWS_WITH(read("[]", 0), Contains("not a JSON object"));
  CHECK_THROWS_WITH(read("{", 0), Contains("not JSON"));
  CHECK_THROWS_WITH(read(std::string(100'000, '['), 0), Contains("too deep"));
  CHECK_THROWS_WITH(read_safetensors({}, "net"), Contains("too short"));
}

TEST_CASE("safetensors: a file cut anywhere is refused") {
  const auto bytes = write_safetensors(example());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_THROWS_AS(read_safetensors(std::span(bytes).first(length), "net"), Error);
  }
}

}  // namespace
}  // namespace bench
