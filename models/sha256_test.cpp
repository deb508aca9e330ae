#include "models/sha256.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "models/error.h"
#include "models/testing.h"

namespace bench {
namespace {

// FIPS 180-2, appendix B.1
constexpr auto abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST_CASE("SHA-256 of known texts") {
  CHECK(sha256(std::string_view("abc")) == abc);
  CHECK(sha256(std::string_view("")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256().add(std::string_view("a")).add(std::string_view("bc")).hex() == abc);
}

TEST_CASE("SHA-256 of a file is that of its bytes, over several blocks too") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "file";
  const std::string text(200'000, 'x');
  std::ofstream(path) << text;
  CHECK(sha256_of_file(path) == sha256(std::string_view(text)));
  CHECK_THROWS_AS(sha256_of_file(path + ".not"), Error);
}

}  // namespace
}  // namespace bench
