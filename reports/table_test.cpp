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

// Names come from files and command lines.
TEST_CASE("hostile names open no tag and break no row") {
  const Table hostile = {
      "<script>x", {"a|b", "\"q\""}, {{"<img src=x>", "one\ntwo | three"}}, {"<b>\nnote"}};
  CHECK(to_markdown(hostile) ==
        "### &lt;script>x\n\n"
        "| a\\|b           | \"q\"              |\n"
        "|----------------|------------------|\n"
        "| &lt;img src=x> | one two \\| three |\n"
        "\n* &lt;b> note\n");
  CHECK(to_csv(hostile) == "a|b,\"\"\"q\"\"\"\r\n<img src=x>,\"one\ntwo | three\"\r\n");
  CHECK(markdown_code("a ` b\nc") == "`` a ` b c ``");
  CHECK(markdown_code("bench run") == "`bench run`");
  const Json json = to_json(hostile);
  CHECK(to_text(parse_json(to_text(json), "json")) == to_text(json));
}

}  // namespace
}  // namespace bench
