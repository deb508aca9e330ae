#include "bench/backends/one_bit/targets.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace bench::one_bit {
namespace {

TEST_CASE("1-bit targets: each once, best first, and one that is always there") {
  REQUIRE_FALSE(targets().empty());
  CHECK(std::ranges::is_sorted(targets()));
  CHECK(name_of(targets().back()) == "SCALAR");
  std::set<std::string_view> names;
  std::set<std::size_t> indices;
  for (const Target target : targets()) {
    names.insert(name_of(target));
    indices.insert(dispatch_index(target));
  }
  CHECK(names.size() == targets().size());
  CHECK(indices.size() == targets().size());
  CHECK(names.count("Unknown") == 0);
  CHECK(indices.count(0) == 0);  // where Highway's own choice stands
}

}  // namespace
}  // namespace bench::one_bit
