#pragma once
// The commands and what each is told. A command writes its result to `out`, everything else to
// `err`, and returns an exit code; faults are thrown.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "bench/runner.h"
#include "bench/suite.h"

namespace bench {

struct RunArguments {
  std::string suite, dataset;
  std::vector<std::string> models, backends, plugins;
  std::string weights, data, list, prepare, decode, protocol, out;
  std::string format = "markdown";
  std::int64_t limit = -1;  ///< -1: the suite's
  std::int64_t seed = 1;
  int threads = 0;  ///< 0: one per core
  int bootstrap = 1000;
  bool restart = false;
  bool speed = false;                 ///< measure one thread too
  std::vector<std::string> quantize;  ///< recipes, each for every case
  std::string requantization, binary_engine, calibration_data, calibration_rule;
  std::int64_t calibration_images = -1, calibration_seed = -1;  ///< -1: the case's
  bool integer_only = false;
  std::string command;  ///< the whole line, to paste
};

struct ExplainArguments {
  RunArguments run;  ///< of one case
  bool sweep = false;
};

struct ScoreArguments {
  std::string run;  ///< a run's folder; else:
  std::string suite, predictions;
  std::string data, list, protocol, out;
  std::string format = "markdown";
  int bootstrap = 1000;
  std::string command;
};

struct ReportArguments {
  std::string run;  ///< a run's folder, or its result.json
  std::vector<std::string> documents;
  std::string format = "markdown";
};

struct CompareArguments {
  std::string before, after;  ///< folders of runs, or their result.json
  std::vector<std::string> allowed;
  std::string gates, out;
  int resamples = 10000;
  std::string flips;  ///< folder for pages with both answers drawn
  int top = 10;       ///< images answered otherwise that are shown for each case
  std::string format = "markdown";
};

struct RecordArguments {
  std::vector<std::string> runs;  ///< folders of runs, or their result.json
  std::string to;
};

struct HistoryArguments {
  std::string from, suite, metric;
  std::string cases;  ///< pattern; empty: all
  std::string machine, since;
  std::int64_t limit = 0;  ///< 0: all
  std::string format = "markdown";
};

struct ListArguments {
  std::string what;  ///< empty: everything
  std::string data, weights;
  std::vector<std::string> plugins;
  std::string format = "markdown";
};

struct AuditArguments {
  std::string model, weights, data, input, quantize;
  bool untrained = false;
  std::string format = "markdown";
};

struct ConvertArguments {
  std::string model, weights, quantize, dataset, data, prepare, out;
  CalibrationChoice calibration;
  bool untrained = false, ties_to_even = false, force = false;
};

struct ProfileArguments {
  std::string model, weights, input, image, prepare, out;
  std::vector<std::string> backends;  ///< NAME, or NAME=RECIPE
  std::vector<std::string> plugins;
  std::string quantize;  ///< for backends without a recipe of their own, but for float
  std::string requantization;
  std::vector<std::string> binary_engines;
  int rounds = 9;
  bool winograd = false;  ///< float once more, by Winograd's algorithm
  bool untrained = false;
  std::string format = "markdown";
};

struct TrainArguments {
  std::string recipe, weights, judge;
  std::string data = "out/train", out = "models/mini";
  bool restart = false;
  int threads = 1;
  std::string device = "cpu";
  std::string command;
};

/// Text asked for with --help or --version.
struct TextAnswer {
  std::string text;
};

using Command =
    std::variant<RunArguments, ExplainArguments, ScoreArguments, ReportArguments, CompareArguments,
                 RecordArguments, HistoryArguments, ListArguments, AuditArguments, ConvertArguments,
                 ProfileArguments, TrainArguments, TextAnswer>;

/// Throws Error{usage}: one line, with a did-you-mean for an unknown command or option.
Command parse_command(const std::vector<std::string>& arguments);

int execute(const RunArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ExplainArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ScoreArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ReportArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const CompareArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const RecordArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const HistoryArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ListArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const AuditArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ConvertArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const ProfileArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const TrainArguments& arguments, std::ostream& out, std::ostream& err);
int execute(const TextAnswer& answer, std::ostream& out, std::ostream& err);

/// The cases a command line asks for: the suite's own (or one part's), narrowed or replaced by
/// --model, --backend, --prepare and --decode. Throws Error{usage}.
std::vector<Case> choose_cases(const Suite& suite, const RunArguments& arguments);

struct ChosenRun {
  RunRequest request;
  std::vector<Case> cases;
};

/// What a command line asks for, one for each part of the suite; names and numbers are checked,
/// plugins loaded. Throws Error{usage}; Error{missing} where there are no data.
std::vector<ChosenRun> choose_runs(const RunArguments& arguments);

/// Where a suite's data lie: as given ("bundled:NAME" too), else as it says, else $BENCH_DATA/NAME.
/// Throws Error{missing}.
std::string data_root(const std::string& given, const Suite& suite);

/// The same without a suite.
std::string data_root(const std::string& given, const std::string& dataset);

/// Arguments as a shell takes them back.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace bench
