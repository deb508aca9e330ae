#include "reports/network_table.h"

#include <catch2/catch.hpp>

#include "reports/run_table.h"

namespace bench {
namespace {

RunRecord float_case() {
  RunRecord r;
  r.name = "net.float";
  r.status = "passed";
  r.model.name = "net";
  r.prepare.name = "torchvision-256-224";
  r.backend.name = "float";
  r.backend.weight_bytes = 14'000'000;
  r.data.name = "imagenet";
  r.data.scored = 200;
  r.metrics = {{"top1", 0.7125, Interval{0.65, 0.77}, "", true},
               {"top1_hits", 142, std::nullopt, "images", false}};
  r.answers_digest = "0123456789abcdef";
  r.speed = {2, 150.5, 7.25, 8};
  return r;
}

RunRecord int8_case() {
  RunRecord r = float_case();
  r.name = "net.int8";
  r.backend.name = "int8";
  r.backend.weight_bytes = 3'500'000;
  r.metrics[0].value = 0.695;
  r.against = {"net.float", 200, 12, 5, 2, {{"top1", -0.015, Interval{-0.04, 0.005}}}};
  r.answers_digest = "fedcba9876543210";
  r.speed.median_ms = 2.5;
  return r;
}

RunRecord other_network() {
  RunRecord r = float_case();
  r.model.name = "other";
  return r;
}

TEST_CASE("One table for a network with several cases, float first") {
  const auto tables = network_tables({int8_case(), other_network(), float_case()});
  REQUIRE(tables.size() == 1);  // `other` has nothing to be compared with
  CHECK(to_markdown(tables[0]) ==
        R"(### net

| case  | top1                  | to float                 | changed               | ms    | img/s | weights  | answers      |
|-------|-----------------------|--------------------------|-----------------------|-------|-------|----------|--------------|
| float | 0.7125 [0.650, 0.770] | -                        | -                     | 7.250 | 150.5 | 14.00 MB | 0123456789ab |
| int8  | 0.6950 [0.650, 0.770] | -0.0150 [-0.040, +0.005] | 12 (5 lost, 2 gained) | 2.500 | 150.5 | 3.50 MB  | fedcba987654 |

* ms and img/s are indicative: 2 threads at work, img/s with decoding; bench run --speed measures one thread.
)");
}

TEST_CASE("The table of a network on drawings says so") {
  RunRecord full = float_case(), quantised = int8_case();
  full.data.drawn = quantised.data.drawn = true;
  const Table table = network_tables({full, quantised}).at(0);
  CHECK(table.title == "net on imagenet (drawn)");
  CHECK(table.notes.back().find("(drawn): ") == 0);
}

TEST_CASE("The preparation is in the title where the name would not tell") {
  RunRecord a = float_case(), b = int8_case();
  a.prepare.name = b.prepare.name = "opencv";
  const auto tables = network_tables({float_case(), int8_case(), a, b});
  REQUIRE(tables.size() == 2);
  CHECK(tables[0].title == "net (torchvision-256-224)");
  CHECK(tables[1].title == "net (opencv)");
}

TEST_CASE("Times of one thread stand in the table where all cases have them") {
  RunRecord full = float_case(), quantised = int8_case();
  full.speed_one_thread = {7, 8, 6.125, 163.27};
  CHECK(network_tables({full, quantised}).at(0).rows[0][4] == "7.250");
  quantised.speed_one_thread = {7, 8, 2, 500};
  const Table table = network_tables({full, quantised}).at(0);
  CHECK(table.rows[0][4] == "6.125");
  CHECK(table.rows[1][5] == "500.0");
  REQUIRE(table.notes.size() == 1);
  CHECK(table.notes[0].find("median of 7 rounds of 8 images") != std::string::npos);
}

TEST_CASE("Fewer images in common, or no float case, are said") {
  RunRecord quantised = int8_case();
  quantised.against.images = 199;
  CHECK(network_tables({float_case(), quantised}).at(0).notes[0] ==
        "net.int8: compared with net.float on the 199 images answered in both.");
  RunRecord another = int8_case();
  another.name = "net.fake-quant";
  another.backend.name = "fake-quant";
  quantised.against = another.against = {};
  const Table table = network_tables({quantised, another}).at(0);
  CHECK(table.rows[0][2] == "-");
  CHECK(table.notes[0].find("--backend float") != std::string::npos);
}

TEST_CASE("The float case has the same network, preparation and data") {
  RunRecord quantised = int8_case(), full = float_case();
  CHECK(float_case_of(full, {full, quantised}) == nullptr);
  CHECK(float_case_of(quantised, {quantised}) == nullptr);
  const std::vector<RunRecord> records = {quantised, other_network(), full};
  CHECK(float_case_of(quantised, records) == &records[2]);
  quantised.prepare.name = "another";
  CHECK(float_case_of(quantised, records) == nullptr);
}

TEST_CASE("Differences to float are in the metrics table and in the report") {
  const std::vector<RunRecord> records = {float_case(), int8_case()};
  const std::string csv = to_csv(metrics_table(records));
  CHECK(csv.find("fedcba9876543210,net.float,-0.015,-0.04,0.005,12,3500000,") != csv.npos);
  CHECK(csv.find("0123456789abcdef,,,,,,14000000,") != csv.npos);
  CHECK(run_report(records).find("\n### net\n\n| case  |") != std::string::npos);
}

}  // namespace
}  // namespace bench
