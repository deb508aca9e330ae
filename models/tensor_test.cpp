#include "models/tensor.h"

#include <catch2/catch.hpp>
#include <cstdint>

#include "models/error.h"

namespace bench {
namespace {

TEST_CASE("a tensor begins with zeros, on a 64-byte boundary") {
  const Tensor tensor({2, 3}, DType::i32);
  CHECK(tensor.size() == 6);
  CHECK(tensor.bytes().size() == 24);
  CHECK(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64 == 0);
  for (const std::int32_t value : tensor.data<std::int32_t>()) CHECK(value == 0);
}

TEST_CASE("elements are read as what they are, or not at all") {
  const Tensor tensor = Tensor::of({2}, {1.5f, 2.5f});
  CHECK(tensor.data<float>()[1] == 2.5f);
  CHECK_THROWS_AS(tensor.data<std::int8_t>(), std::logic_error);
  CHECK_THROWS_AS(Tensor::of({3}, {1.f, 2.f}), std::logic_error);
}

TEST_CASE("the same elements under another shape") {
  const Tensor tensor = Tensor::of({2, 3}, {1, 2, 3, 4, 5, 6}).reshaped({3, 2});
  CHECK(tensor.shape() == Shape{3, 2});
  CHECK(tensor.data<float>()[5] == 6);
  CHECK_THROWS_AS(Tensor({2, 3}).reshaped({7}), std::logic_error);
}

TEST_CASE("what is left of a tensor without its elements") {
  const Tensor left = Tensor::without_elements(Tensor({2, 3}, DType::i8));
  CHECK(left.type() == DType::i8);
  CHECK(left.shape() == Shape{2, 3});
  CHECK(left.empty());
  CHECK(left.bytes().empty());
  CHECK(left.data<std::int8_t>().empty());
}

TEST_CASE("shapes are counted without overflow") {
  CHECK(count({}) == 1);
  CHECK(count({1, 3, 224, 224}) == 150528);
  CHECK(count({0, std::int64_t{1} << 40}) == 0);
  CHECK_THROWS_AS(count({-1, 3}), Error);
  CHECK_THROWS_AS(count({std::int64_t{1} << 32, std::int64_t{1} << 32}), Error);
  CHECK(to_string(Shape{1, 3, -1, 7}) == "1x3x?x7");
  CHECK(to_string(Shape{}) == "scalar");
}

}  // namespace
}  // namespace bench
