#include "reports/document_table.h"

#include <catch2/catch.hpp>

namespace bench {
namespace {

constexpr auto text = R"({"name": "d", "title": "D", "origin": "o", "tables": [
  {"caption": "top", "dataset": "imagenet", "images": 50000,
   "columns": [{"heading": "net"}, {"heading": "float", "figures": ["top1", "top5"]},
               {"heading": "diff", "figures": ["top1"], "scale": 100, "decimals": 1, "unit": " %"},
               {"heading": "trained"}],
   "rows": [["VGG", {"printed": "0.7/0.9", "of": "vgg"},
             {"printed": "", "of": "vgg8", "to": "vgg"}, {"printed": "~100%"}],
            ["Xception", {"printed": "0.8/0.9", "of": "xception"}, {}, {}]],
   "notes": ["a slip"]},
  {"caption": "bytes", "dataset": "imagenet",
   "columns": [{"heading": "net"}, {"heading": "MB", "figures": ["megabytes"], "decimals": 2},
               {"heading": "n", "figures": ["parameters"]},
               {"heading": "how", "figures": ["arithmetic"]},
               {"heading": "faster", "figures": ["time-ratio"], "decimals": 2},
               {"heading": "saved", "figures": ["saving"], "scale": 100, "decimals": 1}],
   "rows": [["VGG, 8 bits", {"of": "vgg8"}, {"of": "vgg8"}, {"of": "vgg8"},
             {"of": "vgg8", "to": "vgg"}, {"of": "vgg8", "to": "vgg"}]]},
  {"caption": "of 2007", "dataset": "imagenet", "images": 210, "all_images": true,
   "columns": [{"heading": "net"}, {"heading": "top", "figures": ["top1"]}],
   "rows": [["VGG", {"of": "vgg of 2007"}]]}],
 "bindings": [
  {"about": "own", "cases": {"vgg": "vgg.float", "vgg8": "vgg.int8", "xception": "xception.float",
                             "vgg of 2007": "vgg.float"}},
  {"about": "in small", "drawn": true, "cases": {"vgg": "mini-vgg.float",
                                                 "vgg8": "mini-vgg.int8"}}]})";

RunRecord record(const std::string& model, const std::string& backend, double top1, bool drawn) {
  RunRecord r;
  r.name = model + "." + backend;
  r.status = "passed";
  r.model.name = model;
  r.backend.name = backend;
  r.data.name = "imagenet";
  r.data.drawn = drawn;
  r.data.available = r.data.scored = 200;
  r.metrics = {{"top1", top1, std::nullopt, "", true}, {"top5", 0.95, std::nullopt, "", true}};
  r.audit.parameters = 1234567;
  r.audit.bytes_stored = backend == "float" ? 4'000'000 : 1'000'000;
  return r;
}

TEST_CASE("A document's tables, here and as printed") {
  const Document document = parse_document(text, "d.json");
  RunRecord full = record("mini-vgg", "float", 0.75, true);
  RunRecord quantised = record("mini-vgg", "int8", 0.5, true);
  full.speed_one_thread = {7, 8, 3, 333};
  quantised.speed_one_thread = {7, 8, 2, 500};
  const auto tables = document_tables(document, {full, quantised});
  REQUIRE(tables.size() == 2);
  CHECK(to_markdown(tables[0]) ==
        R"(### D: top (in small)

| net | float, here   | float, document | diff, here | diff, document | trained, document | network here |
|-----|---------------|-----------------|------------|----------------|-------------------|--------------|
| VGG | 0.7500/0.9500 | 0.7/0.9         | -25.0 %    | (empty)        | ~100%             | mini-vgg     |

* the document's figures are on 50000 images, those here on 200.
* a slip
* (drawn): images drawn by a program in the layout of imagenet; no figure here is one on the real set.
* not here in small: Xception.
)");
  CHECK(tables[0].is_drawn);
  // 1 - 1/4 = 75 % of the bytes are saved; 3 ms / 2 ms = 1.5.
  CHECK(tables[1].rows.at(0) == std::vector<std::string>{"VGG, 8 bits", "1.00", "1,234,567", "int8",
                                                         "1.50", "75.0", "mini-vgg"});
  CHECK(tables[1].notes.back() == "tables not here in small: of 2007.");
}

TEST_CASE("Drawn records fill no cell of the document's own networks, nor the other way") {
  const Document document = parse_document(text, "d.json");
  // The names of one, the images of the other.
  const std::vector<RunRecord> mixed = {record("vgg", "float", 0.7, true),
                                        record("mini-vgg", "float", 0.7, false)};
  CHECK_FALSE(has_figures(document, mixed));
  const auto tables = document_tables(document, mixed);
  REQUIRE(tables.size() == 3);
  CHECK(tables[0].title == "D: top (own)");
  CHECK(tables[0].rows.at(0).at(1) == "not run");
  CHECK(tables[0].rows.at(1) ==
        std::vector<std::string>{"Xception", "not run", "0.8/0.9", "", "-", "-", "-"});
  CHECK_FALSE(tables[0].is_drawn);
}

TEST_CASE("What is missing of a figure is said") {
  const Document document = parse_document(text, "d.json");
  const RunRecord full = record("vgg", "float", 0.75, false);
  RunRecord quantised = record("vgg", "int8", 0.5, false);
  const auto cell = [&](std::size_t table, std::size_t column) {
    return document_tables(document, {full, quantised}).at(table).rows.at(0).at(column);
  };
  CHECK(cell(1, 4) == "not timed");
  CHECK(cell(2, 1) == "not run");  // 200 images are not the 210 of 2007
  quantised.status = "incomplete";
  CHECK(cell(1, 1) == "incomplete");
  CHECK(cell(0, 3) == "incomplete");
  quantised.status = "passed";
  quantised.metrics.clear();
  CHECK(cell(0, 3) == "-");
}

}  // namespace
}  // namespace bench
