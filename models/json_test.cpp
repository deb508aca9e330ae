#include "models/json.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "models/error.h"

namespace bench {
namespace {

std::string fault_of(const std::string& text) {
  try {
    parse_json(text, "a.json");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::bad_data);
    return error.what();
  }
  return "none";
}

TEST_CASE("JSON reads back what it wrote, doubles bit for bit") {
  const Json json =
      JsonObject{{"name", "a \"b\"\n"},
                 {"list", JsonArray{1, 0.1, true, nullptr, JsonArray{}, JsonObject{}}},
                 {"tiny", 5e-324},
                 {"one", 1.0}};
  const std::string text = to_text(json);
  CHECK(to_text(parse_json(text, "a.json")) == text);
  JsonFields fields(json, "a.json");
  CHECK(fields.number("tiny") == 5e-324);
  CHECK(text.find("\"one\": 1.0") != text.npos);
}

TEST_CASE("NaN and infinity are null, and null reads as NaN") {
  const Json json = JsonObject{{"x", std::nan("")}, {"y", std::numeric_limits<double>::infinity()}};
  const std::string text = to_text(json);
  CHECK(text == "{\n  \"x\": null,\n  \"y\": null\n}\n");
  const Json back = parse_json(text, "a.json");
  CHECK(std::isnan(JsonFields(back, "a.json").number("x")));
}

TEST_CASE("What is no strict JSON is refused with the file's name") {
  CHECK(fault_of(R"({"a": 1, "a": 2})") == "a.json: the key 'a' is given twice");
  CHECK(fault_of(std::string(100000, '[')) == "a.json: nested deeper than 32");
  CHECK(fault_of("").find("a.json: no JSON at byte") == 0);
  CHECK(fault_of("{} x").find("a.json: no JSON at byte") == 0);
  CHECK(fault_of("[1,]").find("a.json: no JSON at byte") == 0);
  CHECK(fault_of("99999999999999999999") != "");
  CHECK(fault_of("18446744073709551615") ==
        "a.json: the number 18446744073709551615 is beyond 2^63");
}

TEST_CASE("Fields name file and key in every fault") {
  const Json json =
      parse_json(R"({"name": 3, "cases": [{"model": "a"}, {"modle": "b"}]})", "s.json");
  JsonFields fields(json, "s.json");
  CHECK_THROWS_WITH(fields.text("name"), "s.json: name: expected text");
  CHECK_THROWS_WITH(fields.text("about"), "s.json: about: is missing");
  auto cases = fields.objects("cases");
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].text("model") == "a");
  CHECK_NOTHROW(cases[0].finish());
  CHECK_THROWS_WITH(cases[1].text("model"), "s.json: cases[1].model: is missing");
  CHECK_THROWS_WITH(
      cases[1].finish(),
      "s.json: cases[1].modle: unknown key 'modle'; did you mean 'model'? known: model");
  CHECK_THROWS_WITH(JsonFields(parse_json("[]", "s.json"), "s.json"), "s.json: expected an object");
}

}  // namespace
}  // namespace bench
