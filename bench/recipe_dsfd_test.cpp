// Document 1's table of sizes, from its networks.

#include <catch2/catch.hpp>

#include "bench/recipe.h"
#include "models/passes/layers.h"
#include "models/size_by_bits.h"
#include "models/zoo/dsfd_vgg16.h"

namespace bench {
namespace {

// Published: 42,748,434 parameters (with the first shot's heads, 177,449) in 170.7 MB, and
// quantised 42,571,021 in 103.9 MB. A frozen graph has about 0.45 MB of text (documents.md,
// section 2.2):
//   4 * 42,570,985 = 170.284 MB; 4 * 42,571,021 - 3 * 22,278,144 = 103.450 MB
TEST_CASE("dsfd: the published numbers and megabytes") {
  const Quantized result =
      apply(parse_recipe("dsfd:activations=false"), dsfd_vgg16({}), {}, "dsfd-vgg16");
  const SizeByBits size = size_by_bits(result.graph);
  constexpr std::int64_t lengths = 12;  // constants of the L2 normalisation
  CHECK(size.numbers.at(8) == 22'278'144);
  CHECK(size.scales == 36);
  CHECK(size.numbers.at(8) + size.numbers.at(32) + size.scales == 42'571'021 + lengths);
  CHECK(size.bytes == 103'449'652 + 4 * lengths);
  CHECK(size.bytes_in_float == 170'283'940 + 4 * lengths);
}

TEST_CASE("dsfd: the backbone has grids, the first layer if asked for, the heads have none") {
  const auto layers = [](const std::string& recipe) {
    const Quantized result = apply(
        parse_recipe(recipe), dsfd_vgg16({.width = 0.0625, .image = {32, 32}}), {}, "dsfd-vgg16");
    int number = 0;
    for (const Node& node : result.graph.nodes) {
      if (!weight_of(node.op) || !weight_grid_of(node.op)) continue;
      ++number;
      CHECK((node.name.starts_with("vgg_16/") || node.name.starts_with("fc") ||
             node.name.starts_with("extra/")));
    }
    return number;
  };
  CHECK(layers("dsfd:activations=false") == 18);
  CHECK(layers("dsfd:activations=false,first=true") == 19);
  CHECK(needs_images(parse_recipe("dsfd")));
}

}  // namespace
}  // namespace bench
