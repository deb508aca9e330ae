#include "datasets/text.h"

#include <catch2/catch.hpp>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;
using Strings = std::vector<std::string>;

TEST_CASE("text: lines keep their numbers, fields lose their blanks") {
  const auto lines = lines_of("one\r\n\n \t\n  two  three\t4 \nlast");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].text == "one");
  CHECK(lines[1].number == 4);
  CHECK(lines[1].text == "two  three\t4");
  CHECK(lines[2].number == 5);
  const auto fields = fields_of(lines[1].text);
  REQUIRE(fields.size() == 3);
  CHECK(fields[2] == "4");
  CHECK(lines_of("").empty());
  CHECK(fields_of("  ").empty());
  CHECK(csv_fields_of("a,\"b, \"\"c\"\"\",,d") == Strings{"a", "b, \"c\"", "", "d"});
}

TEST_CASE("text: a number is a whole field") {
  CHECK(to_int("-12") == -12);
  CHECK(to_int("+7") == 7);
  for (const char* text : {"", "+", "7 ", "7x", "0x7", "99999999999", "1.0"}) CHECK(!to_int(text));
  CHECK(to_double("1.5e2") == 150.0);
  for (const char* text : {"", "nan", "inf", "1,5", "1e999"}) CHECK(!to_double(text));
}

TEST_CASE("text: files and messages") {
  TemporaryFolder folder;
  write(folder.path() / "a.txt", "\xef\xbb\xbfhello");
  CHECK(read_text(folder.path() / "a.txt") == "hello");
  error_of(Fault::bad_data, [&] { read_text(folder.path() / "a.txt", 3); });
  error_of(Fault::bad_data, [&] { read_text(folder.path()); });
  error_of(Fault::missing, [&] { read_text(folder.path() / "b.txt"); });
  CHECK(error_of(Fault::bad_data, [] {
          refuse_line("f.txt", {7, "a\tb\x01"}, "expected x");
        }) == "f.txt line 7: 'a b?': expected x");
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(3226) == "3,226");
  CHECK(with_commas(1234567) == "1,234,567");
  CHECK(first_few({"a", "b"}) == "a, b");
  CHECK(first_few({"a", "b", "c", "d", "e"}) == "a, b, c and 2 more");
}

}  // namespace
}  // namespace bench
