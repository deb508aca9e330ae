#include "datasets/mini/mat_writer.h"

#include <catch2/catch.hpp>

#include "datasets/mat_file.h"

namespace bench::mini {
namespace {

TEST_CASE("mat writer: what the reader reads") {
  const std::string file = mat_bytes(
      {mat_text("parade", "name"),
       mat_cells({mat_matrix(2, 2, {1, -2, 3, 70000}), mat_matrix(0, 0, {}), mat_text("x")},
                 "list")});
  const auto arrays = read_mat(std::as_bytes(std::span(file)), "file", {"list", "name"});
  CHECK(arrays[1].text == "parade");
  const auto& cells = arrays[0].elements;
  REQUIRE(cells.size() == 3);
  CHECK(arrays[0].dims == std::vector<std::size_t>{3, 1});
  CHECK(cells[0].dims == std::vector<std::size_t>{2, 2});
  CHECK(cells[0].numbers == std::vector<double>{1, -2, 3, 70000});
  CHECK(cells[1].numbers.empty());
  CHECK(cells[2].text == "x");
}

}  // namespace
}  // namespace bench::mini
