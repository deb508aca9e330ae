#include "reports/gates.h"

#include <catch2/catch.hpp>

#include "models/error.h"
#include "models/hostile_testing.h"

using namespace bench;

TEST_CASE("Gates are read, and the last that fits counts") {
  const Gates gates = parse_gates(R"({
    "suite": "mini", "alpha": 0.01,
    "gates": [
      {"metric": "top1", "largest_drop": {"absolute": 0.003}, "minimal_effect": 0.001},
      {"case": "vgg.*", "metric": "top1", "largest_drop": {"relative": 0.02}},
      {"case": "vgg.int8", "metric": "weight_bytes"},
      {"metric": "far", "direction": "lower",
       "exception": {"until": "2026-12-31", "reason": "being worked on"}}]})",
                                  "g.json");
  CHECK(gates.suite == "mini");
  CHECK(gates.alpha == 0.01);
  const Gate* any = gate_for(gates, "resnet.float", "top1");
  REQUIRE(any);
  CHECK(any->largest_drop == 0.003);
  CHECK_FALSE(any->relative);
  CHECK(any->minimal_effect == 0.001);
  CHECK(any->higher_is_better);
  const Gate* own = gate_for(gates, "vgg.int8", "top1");
  REQUIRE(own);
  CHECK(own->relative);
  CHECK(own->largest_drop == 0.02);
  CHECK_FALSE(gate_for(gates, "vgg.int8", "weight_bytes")->higher_is_better);
  CHECK_FALSE(gate_for(gates, "vgg.float", "weight_bytes"));
  CHECK_FALSE(gate_for(gates, "resnet.float", "top5"));
  CHECK(gate_for(gates, "any", "far")->exception->reason == "being worked on");
}

TEST_CASE("A gate's case may begin with anything, or have it in the middle") {
  const Gates gates = parse_gates(
      R"({"suite": "mini", "gates": [{"case": "*.int8", "metric": "changed"},
                                     {"case": "mini-*.float", "metric": "changed"}]})",
      "g.json");
  CHECK(gate_for(gates, "vgg.tflite.int8", "changed") == &gates.list[0]);
  CHECK(gate_for(gates, "mini-vgg.float", "changed") == &gates.list[1]);
  CHECK_FALSE(gate_for(gates, "vgg.int8.fake-quant", "changed"));
  CHECK_FALSE(gate_for(gates, "vgg.float", "changed"));
  CHECK_FALSE(gates.list[0].higher_is_better);
}

TEST_CASE("Gates that are none are refused with their place") {
  const auto refused = [](const std::string& gate, const char* words) {
    CAPTURE(gate);
    CHECK_THROWS_WITH(parse_gates(R"({"suite": "mini", "gates": [)" + gate + "]}", "g.json"),
                      Catch::Contains("g.json") && Catch::Contains(words));
  };
  refused("", "nothing would be watched");
  refused(R"({"largest_drop": {"absolute": 1}})", "metric");
  refused(R"({"metric": "top1", "largest_drop": {"absolute": -1}})", "not negative");
  refused(R"({"metric": "top1", "largest_drop": {}})", "largest_drop");
  refused(R"({"metric": "top1", "largest_drop": {"absolute": 1, "relative": 1}})", "largest_drop");
  refused(R"({"metric": "top1", "direction": "up"})", "direction");
  refused(R"({"metric": "top1", "minimal_efect": 1})", "minimal_effect");
  refused(R"({"metric": "top1", "exception": {"until": "soon", "reason": "x"}})", "YYYY-MM-DD");
  refused(R"({"metric": "top1", "exception": {"until": "2026-13-01", "reason": "x"}})", "until");
  refused(R"({"metric": "top1", "exception": {"until": "2026-12-01", "reason": ""}})", "reason");
  refused(R"({"metric": "changed", "largest_drop": {"relative": 0.1}})", "as absolute");
  refused(R"({"metric": "changed", "direction": "higher"})", "lower is better");
  CHECK_THROWS_WITH(parse_gates(R"({"suite": "s", "alpha": 1, "gates": [{"metric": "m"}]})", "g"),
                    Catch::Contains("alpha"));
}

TEST_CASE("Damaged gates are gates all the same, or one Error with the file's name") {
  const std::string whole = R"({"suite": "mini", "alpha": 0.01, "gates": [
    {"case": "a.*", "metric": "top1", "largest_drop": {"absolute": 0.003}, "minimal_effect": 0.001},
    {"metric": "far", "direction": "lower",
     "exception": {"until": "2026-12-31", "reason": "being worked on"}}]})";
  REQUIRE(parse_gates(whole, "g.json").list.size() == 2);
  const int refused = testing::refused_mutations(whole, "g.json: ", [](const std::string& text) {
    const Gates gates = parse_gates(text, "g.json");
    for (const Gate& gate : gates.list) CHECK(gate.largest_drop >= 0);
  });
  CHECK(refused > 100);
}
