#include "reports/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.h"
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
        (std::isfinite(metric->value) ? fmt::format("{:+.4f}", metric->value - known->value) : "-");
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

std::string how_made(const RunRecord& r) {
  std::string text = "\n## " + r.name + "\n\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) text += "* " + name + ": " + value + "\n";
  };
  line("status", r.status + (r.error.empty() ? "" : ": " + r.error));
  line("command", "`" + r.command + "`");
  line("started, finished", r.started + ", " + r.finished);
  line("model", r.model.name + ", " + r.model.format);
  for (const FileHash& file : r.model.files) {
    line("file", fmt::format("{} ({} bytes, sha256 {})", file.path, file.bytes, file.sha256));
  }
  line("origin, licence", r.model.origin.empty() ? "" : r.model.origin + ", " + r.model.licence);
  line("size",
       r.audit.input.empty()
           ? ""
           : fmt::format("{} parameters, {} multiply-accumulates at {}, {} bytes in float, {} by "
                         "the bits of its grids",
                         r.audit.parameters, r.audit.macs, r.audit.input, r.audit.bytes_fp32,
                         r.audit.bytes_stored));
  line("preparation", r.prepare.name.empty() ? "" : r.prepare.name + ": " + r.prepare.about);
  line("decoder", r.decode);
  line("backend", r.backend.library.empty()
                      ? r.backend.name
                      : r.backend.name + ": " + r.backend.library + ", " + r.backend.isa);
  line("data",
       fmt::format("{} in {}: {} listed, {} scored, {} skipped, {} failed", data_name(r),
                   r.data.root, r.data.listed, r.data.scored, r.data.skipped, r.data.failed));
  line("annotations sha256", r.data.annotations_digest);
  line("images sha256", r.data.images_digest);
  line("answers sha256", r.answers_digest);
  line("protocol", r.evaluator.meaning);
  line("intervals", r.evaluator.bootstrap_replicates == 0
                        ? "none"
                        : fmt::format("95 %, percentile bootstrap over images, {} replicates",
                                      r.evaluator.bootstrap_replicates));
  if (std::isfinite(r.speed.median_ms)) {
    line(
        "speed (indicative)",
        fmt::format("{:.1f} images/s on {} threads; network alone {:.3f} ms median, {:.3f} ms p90",
                    r.speed.images_per_second, r.speed.threads, r.speed.median_ms, r.speed.p90_ms));
  }
  if (r.speed_one_thread.rounds > 0) {
    line("speed, one thread",
         fmt::format("{:.3f} ms CPU time, the network alone: median of {} rounds of {} images",
                     r.speed_one_thread.median_ms, r.speed_one_thread.rounds,
                     r.speed_one_thread.images));
  }
  line("machine",
       fmt::format("{}, {} cores, {}", r.environment.cpu, r.environment.cores, r.environment.os));
  line("program", fmt::format("{} {} {}, {}", r.environment.program_version, r.environment.commit,
                              r.environment.build_type, r.environment.compiler));
  for (const PublishedFigure& known : r.published) {
    line("published " + known.metric,
         fmt::format("{} on {} images, {}{}", known.value, known.images, known.source,
                     known.note.empty() ? "" : " (" + known.note + ")"));
  }
  for (const std::string& warning : r.warnings) line("warning", warning);
  constexpr std::size_t shown = 50;
  for (std::size_t i = 0; i < std::min(shown, r.failures.size()); ++i) {
    line("failed " + r.failures[i].id, r.failures[i].message);
  }
  if (r.failures.size() > shown) {
    line("failed", fmt::format("{} more, see result.json", r.failures.size() - shown));
  }
  return text;
}

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

std::string run_report(const std::vector<RunRecord>& records) {
  const std::string suite = records.empty() ? "" : records.front().suite;
  std::string text = "# " + suite + "\n";
  for (const Table& table : run_tables(records)) text += "\n" + to_markdown(table);
  for (const Table& table : network_tables(records)) text += "\n" + to_markdown(table);
  for (const RunRecord& record : records) text += how_made(record);
  return text;
}

}  // namespace bench
