#pragma once
// For tests only: runs of 1,000 images in which chosen ones are answered wrong.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluators/top_k.h"
#include "reports/compare.h"

namespace bench::testing {

/// A case of 1,000 images of class 0; those numbered in `wrong` are answered with class 9.
inline CaseRun classes(const std::vector<int>& wrong, const std::string& name = "vgg.float") {
  const auto evaluator = make_top_k({"low-index", {}});
  for (int i = 0; i < 1000; ++i) {
    ClassScores answer;
    const bool miss = std::find(wrong.begin(), wrong.end(), i) != wrong.end();
    for (int k = 0; k < 5; ++k) {
      answer.best.push_back({k + (miss ? 9 : 0), 1.f / static_cast<float>(k + 1)});
    }
    evaluator->add("image " + std::to_string(1000 + i), ClassLabel{0}, answer);
  }
  CaseRun run;
  RunRecord& record = run.record;
  record.status = "passed";
  record.suite = "mini";
  record.name = name;
  record.model.name = "vgg";
  record.backend.name = "float";
  record.backend.weight_bytes = 1000;
  record.prepare = {"plain", "123", ""};
  record.data.name = "imagenet";
  record.data.annotations_digest = "annotations";
  record.data.images_digest = "bytes";
  record.data.available = record.data.listed = record.data.scored = 1000;
  record.evaluator = {"top-k", "", evaluator->protocol(), 0, 1};
  record.metrics = evaluator->result({200, 1});
  for (const int i : wrong) record.answers_digest += std::to_string(i) + " ";
  record.answers_digest += "answers";
  record.environment.machine = record.environment.cpu = "one";
  run.tally = evaluator->tally();
  return run;
}

inline std::vector<int> numbers(int from, int to) {
  std::vector<int> list;
  for (int i = from; i < to; ++i) list.push_back(i);
  return list;
}

/// Few resamples, on 2026-06-01.
inline CompareOptions quick_options() {
  CompareOptions options;
  options.bootstrap = {200, 1};
  options.today = "2026-06-01";
  return options;
}

/// ... with one gate, as JSON.
inline CompareOptions gated(const std::string& gate) {
  CompareOptions with = quick_options();
  with.gates = parse_gates(R"({"suite": "mini", "gates": [)" + gate + "]}", "g.json");
  return with;
}

/// A figure of the first case.
inline const FigureChange& figure(const Comparison& comparison,
                                  const std::string& metric = "top1") {
  for (const FigureChange& change : comparison.cases.at(0).figures) {
    if (change.metric == metric) return change;
  }
  throw std::runtime_error("no figure " + metric);
}

}  // namespace bench::testing
