#pragma once
// For tests only: nights of one case, written down in short.

#include <string>
#include <vector>

#include "reports/history.h"

namespace bench::testing {

/// The record of a case on day `day` of January 2026.
inline RunRecord night(int day, double value, const std::string& answers = "a") {
  const std::string number = (day < 10 ? "0" : "") + std::to_string(day);
  RunRecord record;
  record.suite = "mini";
  record.name = "net.int8";
  record.status = "passed";
  record.started = "2026-01-" + number + "T01:00:00Z";
  record.finished = "2026-01-" + number + "T01:30:00Z";
  record.data.name = "imagenet";
  record.data.annotations_digest = "annotations";
  record.data.scored = 960;
  record.prepare = {"plain", "123", ""};
  record.backend.name = "int8";
  record.backend.isa = "avx512_vnni";
  record.environment.machine = "one";
  record.environment.cpu = "some CPU";
  record.environment.program_version = "0.1.0";
  record.environment.commit = number + std::string(38, 'c');
  record.metrics = {{"top1", value, Interval{value - 0.02, value + 0.02}, "", true}};
  record.answers_digest = answers;
  record.speed_one_thread = {7, 8, value, 400};
  return record;
}

/// The points of one metric; what was started at one time is one run.
inline std::vector<HistoryPoint> points_of(const std::vector<RunRecord>& records,
                                           const std::string& metric = "top1") {
  std::vector<HistoryPoint> points;
  for (const RunRecord& record : records) {
    HistoryPoint point{history_case(record, "of " + record.started),
                       {metric, RunRecord::nan, {}, ""}};
    for (const Metric& figure : history_figures(record)) {
      if (figure.name == metric) point.figure = figure;
    }
    points.push_back(std::move(point));
  }
  return points;
}

/// ... and their series.
inline std::vector<HistorySeries> series_of(const std::vector<RunRecord>& records,
                                            const std::string& metric = "top1",
                                            const HistoryOptions& options = {}) {
  return history_series(points_of(records, metric), options);
}

}  // namespace bench::testing
