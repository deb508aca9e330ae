#include "reports/run_record.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "models/error.h"
#include "reports/run_table.h"

namespace bench {
namespace {

// A record with something in every list.
RunRecord sample() {
  RunRecord r;
  r.suite = "widerface";
  r.name = "rfb-320.float";
  r.status = "passed";
  r.command = "bench run --suite widerface";
  r.model.name = "rfb-320";
  r.model.files = {{"rfb.onnx", 12, "ab"}};
  r.backend.name = "float";
  r.backend.engine_rule = "XNOR, since bits are few";
  r.backend.layers = {{"conv1", "Conv2d", "plain", "nchw"}};
  r.backend.float_islands = {{"prob", "Softmax", "its result is on no grid"}};
  r.quantization = {"",
                    JsonObject{{"name", "own"}, {"passes", JsonArray{}}},
                    {{"equalize", "3 pairs scaled"}},
                    {"imagenet", 64, 1, "ab"},
                    "float-scale",
                    true,
                    "xnor"};
  r.data.name = "widerface";
  r.data.available = r.data.listed = r.data.scored = 152;
  r.metrics = {{"ap_easy", 0.81103, Interval{0.79, 0.83}, "", true},
               {"ap_hard", std::nan(""), std::nullopt, "", true},
               {"faces", 31958, std::nullopt, "faces", false}};
  r.published = {{"ap_easy", 0.785, 3226, "README", "320x240"}};
  r.against = {"rfb-320.float", 150, 3, 2, 1, {{"ap_easy", -0.01, Interval{-0.02, 0.01}}}};
  r.warnings = {"a | b"};
  r.failures = {{"x", "bad_data", "x.jpg: cut short"}};
  r.environment.cpu = "some CPU";
  r.speed = {2, 100.25, 5, 6};
  r.speed_one_thread = {7, 8, 2.5, 400};
  return r;
}

TEST_CASE("A record reads back what it wrote; NaN is null") {
  const std::string text = to_result_file({sample(), sample()});
  CHECK(text.find("\"value\": null") != text.npos);
  const auto back = read_result_file(text, "result.json");
  REQUIRE(back.size() == 2);
  CHECK(to_result_file(back) == text);
  CHECK(std::isnan(back[0].metrics[1].value));
  CHECK(back[0].metrics[0].value == 0.81103);
  CHECK(back[0].metrics[0].interval95->high == 0.83);
}

TEST_CASE("A damaged record names file and key") {
  std::string text = to_result_file({sample()});
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  CHECK_THROWS_WITH(read_result_file(with("\"cores\": 0", "\"cores\": \"0\""), "r.json"),
                    "r.json: records[0].environment.cores: expected a whole number");
  CHECK_THROWS_WITH(read_result_file(with("\"version\": 1", "\"version\": 2"), "r.json"),
                    "r.json: version: is 2, this program reads 1");
  CHECK_THROWS_AS(read_result_file(with("\"cores\"", "\"coresx\""), "r.json"), Error);
}

// The published schema and the code name the same keys: every object's properties, all required.
void check_against(const Json& schema, const Json& value, const std::string& place) {
  const auto& rules = std::get<JsonObject>(schema.value);
  const auto rule = [&](const std::string& key) -> const Json* {
    for (const auto& [name, json] : rules) {
      if (name == key) return &json;
    }
    return nullptr;
  };
  INFO(place);
  if (const auto* object = std::get_if<JsonObject>(&value.value)) {
    if (place.ends_with("quantization.recipe")) return;  // described where recipes are
    REQUIRE(rule("properties"));
    const auto& properties = std::get<JsonObject>(rule("properties")->value);
    REQUIRE(properties.size() == object->size());
    REQUIRE(std::get<JsonArray>(rule("required")->value).size() == object->size());
    for (std::size_t i = 0; i < properties.size(); ++i) {
      CHECK(properties[i].first == (*object)[i].first);
      check_against(properties[i].second, (*object)[i].second, place + "." + properties[i].first);
    }
  } else if (const auto* array = std::get_if<JsonArray>(&value.value)) {
    REQUIRE(rule("items"));
    for (const Json& item : *array) check_against(*rule("items"), item, place + "[]");
  }
}

TEST_CASE("The published schema has the record's keys") {
  const std::string path = BENCH_SOURCE_DIR "/reports/run_record.schema.json";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const Json result =
      parse_json(to_result_file({sample()}, {{"title", {"column"}, {{"cell"}}, {"note"}, true}}),
                 "result.json");
  check_against(parse_json(text.str(), path), result, "result");
}

TEST_CASE("The table of a run: figures with intervals, published ones, and what to know") {
  RunRecord partial = sample();
  partial.name = "slim-320.float";
  partial.model.name = "slim-320";
  partial.status = "failed";
  partial.published.clear();
  partial.data = {"widerface", "wf", "", false, "", "", 152, 10, 7, 10, 9, 0, 1};
  partial.speed.images_per_second = std::nan("");
  CHECK(
      to_markdown(run_table({sample(), partial})) ==
      R"(| model    | backend | ap_easy               | ap_hard | published | difference | images | img/s |
|----------|---------|-----------------------|---------|-----------|------------|--------|-------|
| rfb-320  | float   | 0.8110 [0.790, 0.830] | -       | 0.785     | +0.0260    | 152    | 100.2 |
| slim-320 | float   | 0.8110 [0.790, 0.830] | -       | -         | -          | 9      | -     |

* slim-320.float: failed: 1 of 10 images failed (first: x.jpg: cut short)
* rfb-320: the published figures are on 3226 images, this run scored 152.
* Subset: 10 of 152 images of widerface, drawn with seed 7.
* img/s is indicative: 2 threads, decoding included, some CPU.
)");
}

TEST_CASE("A table for each data set; drawings are never under the bare name of the real set") {
  RunRecord drawn = sample(), other = sample();
  drawn.data.drawn = true;
  other.data.name = "lfw";
  CHECK(run_tables({sample()}).at(0).title.empty());
  const auto tables = run_tables({drawn, other, sample(), drawn});
  REQUIRE(tables.size() == 3);
  CHECK(tables[0].title == "widerface (drawn)");
  CHECK(tables[0].rows.size() == 2);
  CHECK(tables[0].notes.back().find("layout of widerface; no figure here is one on the real set") !=
        std::string::npos);
  CHECK(tables[1].title == "lfw");
  CHECK(tables[2].title == "widerface");
  CHECK(run_tables({drawn}).at(0).title == "widerface (drawn)");
  for (const Table& table : {tables[1], tables[2]}) {
    CHECK(to_markdown(table).find("drawn") == std::string::npos);
  }
  CHECK(run_report({drawn}).find("* data: widerface (drawn) in") != std::string::npos);
  CHECK(to_csv(metrics_table({drawn})).find(",widerface (drawn)\r\n") != std::string::npos);
}

TEST_CASE("Rows that only differ in preparation say so") {
  RunRecord one = sample(), two = sample();
  one.prepare.name = "torchvision-256-224";
  two.prepare.name = "torchvision-256-224-opencv";
  const Table table = run_table({one, two});
  CHECK(table.rows[0][0] == "rfb-320 (torchvision-256-224)");
  CHECK(table.rows[1][0] == "rfb-320 (torchvision-256-224-opencv)");
}

TEST_CASE("The metrics table holds full precision and every metric") {
  const std::string csv = to_csv(metrics_table({sample()}));
  CHECK(csv.find("widerface,rfb-320.float,passed,rfb-320,float,,ap_easy,0.81103,0.79,0.83,,0.785,"
                 "0.0260") != csv.npos);
  CHECK(csv.find("faces,31958,,,faces") != csv.npos);
}

TEST_CASE("The report says how each figure was made") {
  const std::string text = run_report({sample()});
  CHECK(text.find("# widerface\n") == 0);
  CHECK(text.find("* command: `bench run --suite widerface`\n") != text.npos);
  CHECK(text.find("* failed x: x.jpg: cut short\n") != text.npos);
  CHECK(text.find("* published ap_easy: 0.785 on 3226 images, README (320x240)\n") != text.npos);
}

}  // namespace
}  // namespace bench
