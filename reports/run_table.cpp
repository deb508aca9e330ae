#include "reports/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.h"
#include "reports/how_made.h"
#include "reports/network_table.h"

namespace bench {
namespace {

// Rows that model and backend alone would not tell apart carry their preparation.
std::string label(const RunRecord& record, const std::vector<RunRecord>& records) {
  const auto twins = std::count_if(records.begin(), records.end(), [&](const RunRecord& other) {
    return other.model.name == record.model.name && arithmetic_of(other) == arithmetic_of(record);
  });
  return twins > 1 && !record.prepare.name.empty()
             ? record.model.name + " (" + record.prepare.name + ")"
             : record.model.name;
}

struct Comparison {
  std::string published, difference;
};

// "0.785 / 0.695" and "+0.0260 / -0.0010", over the headline metrics somebody published.
Comparison compare(const RunRecord& record, const std::vector<std::string>& names) {
  Comparison text;
  for (const std::string& name : names) {
    const PublishedFigure* known = published_for(record, name);
    const Metric* metric = metric_named(record, name);
    if (!known || !metric) continue;
    const std::string separator = text.published.empty() ? "" : " / ";
    text.published += separator + fmt::format("{:.6g}", known->value);
    text.difference +=
        separator +
        (std::isfinite(metric->value) ? signed_number(metric->value - known->value, 4) : "-");
  }
  if (text.published.empty()) return {"-", "-"};
  return text;
}

std::string status_note(const RunRecord& record) {
  std::string text = record.name + ": " + record.status;
  if (!record.error.empty()) text += ": " + record.error;
  if (record.data.failed > 0) {
    text += fmt::format(": {} of {} images failed", record.data.failed, record.data.listed);
    if (!record.failures.empty()) text += " (first: " + record.failures.front().message + ")";
  }
  if (record.data.skipped > 0) {
    text +=
        fmt::format(": {} of {} images not answered yet", record.data.skipped, record.data.listed);
  }
  return text;
}

void add_once(std::vector<std::string>& notes, const std::string& note) {
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

std::vector<std::string> notes_on(const std::vector<RunRecord>& records) {
  std::vector<std::string> notes;
  for (const RunRecord& record : records) {
    if (record.status != "passed") add_once(notes, status_note(record));
  }
  for (const RunRecord& record : records) {
    const RunRecord::Data& data = record.data;
    if (data.limit > 0) {
      add_once(notes, fmt::format("Subset: {} of {} images of {}, drawn with seed {}.", data.listed,
                                  data.available, data.name, data.seed));
    }
    for (const PublishedFigure& known : record.published) {
      if (known.images == data.scored || known.images == 0 || data.scored == 0) continue;
      add_once(notes, fmt::format("{}: the published figures are on {} images, this run scored {}.",
                                  record.model.name, known.images, data.scored));
    }
  }
  for (const RunRecord& record : records) {
    if (!std::isfinite(record.speed.images_per_second)) continue;
    add_once(notes, fmt::format("img/s is indicative: {} threads, decoding included, {}.",
                                record.speed.threads, record.environment.cpu));
  }
  if (const std::string note = drawn_note(records); !note.empty()) notes.push_back(note);
  return notes;
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

}  // namespace

Table run_table(const std::vector<RunRecord>& records) {
  const std::vector<std::string> names = headline_metrics(records);
  Table table;
  table.columns = {"model", "backend"};
  table.columns.insert(table.columns.end(), names.begin(), names.end());
  for (const char* column : {"published", "difference", "images", "img/s"}) {
    table.columns.emplace_back(column);
  }
  for (const RunRecord& record : records) {
    std::vector<std::string> row = {label(record, records), arithmetic_of(record)};
    for (const std::string& name : names) {
      const Metric* metric = metric_named(record, name);
      row.push_back(metric ? figure_cell(*metric) : "-");
    }
    const Comparison text = compare(record, names);
    const double rate = record.speed.images_per_second;
    row.insert(row.end(), {text.published, text.difference, std::to_string(record.data.scored),
                           std::isfinite(rate) ? fmt::format("{:.1f}", rate) : "-"});
    table.rows.push_back(std::move(row));
  }
  table.notes = notes_on(records);
  table.is_drawn = any_drawn(records);
  return table;
}

std::vector<Table> run_tables(const std::vector<RunRecord>& records) {
  std::vector<std::pair<std::string, std::vector<RunRecord>>> tasks;
  for (const RunRecord& record : records) {
    const std::string name = data_name(record);
    auto task = std::ranges::find(tasks, name, &decltype(tasks)::value_type::first);
    if (task == tasks.end()) task = tasks.insert(tasks.end(), {name, {}});
    task->second.push_back(record);
  }
  std::vector<Table> tables;
  for (const auto& [name, own] : tasks) {
    tables.push_back(run_table(own));
    if (tasks.size() > 1 || own.front().data.drawn) tables.back().title = name;
  }
  return tables;
}

Table metrics_table(const std::vector<RunRecord>& records) {
  Table table;
  table.columns = {
      "suite",         "case",           "status",       "model",         "backend",
      "prepare",       "metric",         "value",        "low",           "high",
      "unit",          "published",      "difference",   "scored",        "failed",
      "skipped",       "answers_digest", "float_case",   "to_float",      "to_float_low",
      "to_float_high", "changed",        "weight_bytes", "one_thread_ms", "data"};
  for (const RunRecord& r : records) {
    for (const Metric& metric : r.metrics) {
      const PublishedFigure* known = published_for(r, metric.name);
      const Difference* change = difference_to_float(r, metric.name);
      const Interval* range = change && change->interval95 ? &*change->interval95 : nullptr;
      table.rows.push_back({r.suite,
                            r.name,
                            r.status,
                            r.model.name,
                            r.backend.name,
                            r.prepare.name,
                            metric.name,
                            number(metric.value),
                            metric.interval95 ? number(metric.interval95->low) : "",
                            metric.interval95 ? number(metric.interval95->high) : "",
                            metric.unit,
                            known ? number(known->value) : "",
                            known ? number(metric.value - known->value) : "",
                            std::to_string(r.data.scored),
                            std::to_string(r.data.failed),
                            std::to_string(r.data.skipped),
                            r.answers_digest,
                            r.against.name,
                            change ? number(change->value) : "",
                            range ? number(range->low) : "",
                            range ? number(range->high) : "",
                            r.against.name.empty() ? "" : std::to_string(r.against.changed),
                            std::to_string(r.backend.weight_bytes),
                            number(r.speed_one_thread.median_ms),
                            data_name(r)});
    }
  }
  return table;
}

std::string run_report(const std::vector<RunRecord>& records, const std::vector<Table>& documents) {
  const std::string suite = records.empty() ? "" : records.front().suite;
  std::string text = "# " + markdown_text(suite) + "\n";
  for (const Table& table : run_tables(records)) text += "\n" + to_markdown(table);
  for (const Table& table : network_tables(records)) text += "\n" + to_markdown(table);
  for (const Table& table : documents) text += "\n" + to_markdown(table);
  for (const RunRecord& record : records) {
    text += "\n## " + markdown_text(record.name) + "\n\n";
    for (const Fact& fact : how_made(record)) {
      text += "* " + markdown_text(fact.name) + ": " +
              (fact.is_code ? markdown_code(fact.value) : markdown_text(fact.value)) + "\n";
    }
  }
  return text;
}

}  // namespace bench
