#include "datasets/dataset.h"

#include <catch2/catch.hpp>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;

std::string fault_of(Fault fault, const std::string& name, const std::string& root) {
  return error_of(fault, [&] { open_dataset(name, {.root = root}); });
}

TEST_CASE("data sets are opened by name") {
  CHECK(datasets().size() == 5);
  CHECK(fault_of(Fault::usage, "widerfce", ".").find("did you mean 'widerface'?") !=
        std::string::npos);
  CHECK(fault_of(Fault::usage, "lfw", "").find("--data") != std::string::npos);
  TemporaryFolder folder;
  const std::string nowhere = (folder.path() / "nowhere").string();
  const std::string empty = folder.path().string();
  for (const auto& info : datasets()) {
    const std::string name(info.name);
    CHECK(fault_of(Fault::missing, name, nowhere) ==
          "data set '" + name + "': " + nowhere + " does not exist");
    CHECK(fault_of(Fault::missing, name, empty).find(empty) != std::string::npos);
  }
}

}  // namespace
}  // namespace bench
