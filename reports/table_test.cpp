#include "reports/table.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

const Table table = {
    "Title", {"model", "top1"}, {{"a|b", "0.5 ± 0.1"}, {"c,\"d\"", ""}}, {"a note"}};

TEST_CASE("markdown is padded by what is seen, and pipes are escaped") {
  CHECK(to_markdown(table) ==
        "### Title\n\n"
        "| model | top1      |\n"
        "|-------|-----------|\n"
        "| a\\|b  | 0.5 ± 0.1 |\n"
        "| c,\"d\" |           |\n"
        "\n* a note\n");
}

TEST_CASE("CSV quotes what needs it (RFC 4180)") {
  CHECK(to_csv(table) == "model,top1\r\na|b,0.5 ± 0.1\r\n\"c,\"\"d\"\"\",\r\n");
}

}  // namespace
}  // namespace bench
