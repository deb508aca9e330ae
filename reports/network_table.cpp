#include "reports/network_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.h"

namespace bench {
namespace {

constexpr std::size_t metrics_shown = 3;

bool same_network(const RunRecord& a, const RunRecord& b) {
  return a.model.name == b.model.name && a.prepare.name == b.prepare.name && a.decode == b.decode &&
         a.data.name == b.data.name && a.data.annotations_digest == b.data.annotations_digest &&
         a.data.limit == b.data.limit && a.data.seed == b.data.seed;
}

bool is_float(const RunRecord& record) {
  return record.backend.name == "float" && record.quantization.name.empty();
}

// Scored cases of one network, float first.
using Cases = std::vector<RunRecord>;

std::vector<Cases> compared_cases(const std::vector<RunRecord>& records) {
  std::vector<Cases> networks;
  for (const std::vector<std::size_t>& network : by_network(records)) {
    if (network.size() < 2) continue;
    Cases cases;
    for (const std::size_t i : network) cases.push_back(records[i]);
    std::stable_partition(cases.begin(), cases.end(), is_float);
    networks.push_back(std::move(cases));
  }
  return networks;
}

// "12 (9 lost, 3 gained)"
std::string changed_cell(const RunRecord::Against& against) {
  if (against.name.empty()) return "-";
  std::string text = std::to_string(against.changed);
  if (against.lost >= 0) {
    text += fmt::format(" ({} lost, {} gained)", against.lost, against.gained);
  }
  return text;
}

std::string bytes_cell(std::int64_t bytes) {
  if (bytes <= 0) return "-";
  const auto size = static_cast<double>(bytes);
  return size < 1e6 ? fmt::format("{:.1f} kB", size / 1e3) : fmt::format("{:.2f} MB", size / 1e6);
}

bool measured_alone(const Cases& cases) {
  return std::all_of(cases.begin(), cases.end(),
                     [](const RunRecord& one) { return one.speed_one_thread.rounds > 0; });
}

std::string time_cell(double value, int decimals) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, decimals) : "-";
}

std::vector<std::string> row_of(const RunRecord& record, const std::vector<std::string>& metrics,
                                bool alone) {
  std::vector<std::string> row = {arithmetic_of(record)};
  for (const std::string& name : metrics) {
    const Metric* metric = metric_named(record, name);
    const Difference* difference = difference_to_float(record, name);
    row.push_back(metric ? figure_cell(*metric) : "-");
    row.push_back(difference ? difference_cell(*difference) : "-");
  }
  row.push_back(changed_cell(record.against));
  row.push_back(time_cell(alone ? record.speed_one_thread.median_ms : record.speed.median_ms, 3));
  row.push_back(time_cell(
      alone ? record.speed_one_thread.images_per_second : record.speed.images_per_second, 1));
  row.push_back(bytes_cell(record.backend.weight_bytes));
  row.push_back(record.answers_digest.substr(0, 12));
  return row;
}

std::vector<std::string> notes_on(const Cases& cases, bool alone) {
  std::vector<std::string> notes;
  for (const RunRecord& record : cases) {
    if (record.against.name.empty() || record.against.images == record.data.scored) continue;
    notes.push_back(fmt::format("{}: compared with {} on the {} images answered in both.",
                                record.name, record.against.name, record.against.images));
  }
  if (!is_float(cases.front())) {
    notes.emplace_back(
        "no float case in this run, so no differences; --backend float adds one, where the network "
        "has a float form.");
  }
  const RunRecord& first = cases.front();
  notes.push_back(
      alone ? fmt::format("ms and img/s: the network alone on one thread, CPU time, median of {} "
                          "rounds of {} images, the cases in turn.",
                          first.speed_one_thread.rounds, first.speed_one_thread.images)
            : fmt::format("ms and img/s are indicative: {} threads at work, img/s with decoding; "
                          "bench run --speed measures one thread.",
                          first.speed.threads));
  if (const std::string note = drawn_note(cases); !note.empty()) notes.push_back(note);
  return notes;
}

// Networks that differ in their preparation only carry it.
std::string title_of(const Cases& cases, const std::vector<Cases>& networks) {
  const RunRecord& own = cases.front();
  const auto twins = std::count_if(networks.begin(), networks.end(), [&](const Cases& other) {
    return other.front().model.name == own.model.name;
  });
  const std::string data = own.data.drawn ? " on " + data_name(own) : "";
  return own.model.name + (twins > 1 ? " (" + own.prepare.name + ")" : "") + data;
}

Table table_of(const Cases& cases, std::string title) {
  std::vector<std::string> metrics = headline_metrics(cases);
  metrics.resize(std::min(metrics.size(), metrics_shown));
  Table table{std::move(title), {"case"}, {}, {}};
  for (const std::string& name : metrics) {
    table.columns.push_back(name);
    table.columns.emplace_back("to float");
  }
  for (const char* column : {"changed", "ms", "img/s", "weights", "answers"}) {
    table.columns.emplace_back(column);
  }
  const bool alone = measured_alone(cases);
  for (const RunRecord& record : cases) table.rows.push_back(row_of(record, metrics, alone));
  table.notes = notes_on(cases, alone);
  table.is_drawn = any_drawn(cases);
  return table;
}

}  // namespace

const RunRecord* float_case_of(const RunRecord& record, const std::vector<RunRecord>& records) {
  if (is_float(record)) return nullptr;
  for (const RunRecord& other : records) {
    if (is_float(other) && same_network(record, other)) return &other;
  }
  return nullptr;
}

std::vector<std::vector<std::size_t>> by_network(const std::vector<RunRecord>& records) {
  std::vector<std::vector<std::size_t>> networks;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].metrics.empty()) continue;
    const auto own = std::find_if(networks.begin(), networks.end(), [&](const auto& network) {
      return same_network(records[network.front()], records[i]);
    });
    if (own == networks.end()) {
      networks.push_back({i});
    } else {
      own->push_back(i);
    }
  }
  return networks;
}

std::vector<Table> network_tables(const std::vector<RunRecord>& records) {
  std::vector<Table> tables;
  const std::vector<Cases> networks = compared_cases(records);
  for (const Cases& cases : networks) {
    tables.push_back(table_of(cases, title_of(cases, networks)));
  }
  return tables;
}

}  // namespace bench
