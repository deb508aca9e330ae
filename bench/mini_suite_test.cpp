// The bundled suite, end to end through the command line, on a few images of each data set.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "bench/commands/dispatch.h"
#include "bench/documents.h"
#include "bench/files.h"
#include "bench/model_card.h"
#include "bench/suite.h"
#include "models/testing.h"
#include "reports/figures.h"
#include "reports/gates.h"
#include "reports/run_record.h"

namespace bench {
namespace {

TEST_CASE("The bundled suite: every case passes, and fills every cell it is meant for") {
  const testing::TemporaryFolder folder;
  std::ostringstream out, err;
  const int code = dispatch({"run", "--suite", "mini", "--limit", "12", "--bootstrap", "0", "--out",
                             folder.path().string()},
                            out, err);
  INFO(err.str());
  REQUIRE(code == exit_ok);
  const std::string file = folder.path() / "result.json";
  const auto records = read_result_file(read_file(file), file);
  std::size_t cases = 0;
  for (const Suite& part : parts_of(load_suite("mini"))) cases += part.cases.size();
  CHECK(records.size() == cases);
  for (const RunRecord& record : records) {
    INFO(record.name);
    CHECK(record.data.drawn);
    CHECK(record.status == "passed");
  }
  const auto tables = filled_tables(load_suite("mini").documents, records);
  CHECK_FALSE(tables.empty());
  for (const Table& table : tables) {
    CHECK(table.is_drawn);
    for (const auto& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        INFO(table.title << ", " << row.front() << ", " << table.columns[i]);
        if (!table.columns[i].ends_with(", here")) continue;
        CHECK(row[i] != "not timed");
        // So few faces are too few pairs for an accuracy.
        if (table.title.find("Document 2") == table.title.npos) CHECK(row[i] != "-");
      }
    }
  }
}

TEST_CASE("The bundled suite's gates are of it, and each fits a case there") {
  const std::string file = BENCH_SOURCE_DIR "/baselines/mini.gates.json";
  const Gates gates = parse_gates(read_file(file), file);
  CHECK(gates.suite == "mini");
  for (const Gate& gate : gates.list) {
    INFO(gate.case_name << ": " << gate.metric);
    std::size_t cases = 0;
    for (const Suite& part : parts_of(load_suite("mini"))) {
      for (const Case& one : part.cases) {
        cases += gate_for({"mini", 0.05, {gate}}, one.name(), gate.metric) != nullptr;
      }
    }
    CHECK(cases > 0);
  }
}

std::vector<RunRecord> baseline() {
  const std::string file = BENCH_SOURCE_DIR "/baselines/mini/result.json";
  return read_result_file(read_file(file), file);
}

TEST_CASE("The bundled suite's baseline has its cases, of the weights that are here") {
  std::set<std::string> cases, accepted;
  for (const Suite& part : parts_of(load_suite("mini"))) {
    for (const Case& one : part.cases) cases.insert(part.dataset + "/" + one.name());
  }
  for (const RunRecord& record : baseline()) {
    INFO(record.name);
    accepted.insert(record.data.name + "/" + record.name);
    REQUIRE(record.model.files.size() == 1);
    CHECK(record.model.files[0].sha256 == find_model_card(record.model.name).sha256);
  }
  CHECK(accepted == cases);
}

TEST_CASE("What a bundled network's card says it reached, the baseline has too") {
  std::size_t trained = 0;
  const std::vector<RunRecord> records = baseline();
  for (const ModelCard& card : model_cards()) {
    if (!card.training) continue;
    ++trained;
    INFO(card.name << ": " << card.training->metric << " " << card.training->value);
    CHECK(std::ranges::any_of(records, [&](const RunRecord& record) {
      const Metric* metric = metric_named(record, card.training->metric);
      return record.model.name == card.name && metric && metric->value == card.training->value;
    }));
  }
  CHECK(trained > 20);
}

}  // namespace
}  // namespace bench
