#include "bench/explain.h"

#include <memory>
#include <numeric>
#include <ostream>
#include <sstream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/output.h"
#include "bench/commands/progress.h"
#include "bench/files.h"
#include "models/error.h"

namespace bench {
namespace {

// fake-quant and a hundred images, unless another is asked for.
RunArguments with_defaults(RunArguments a) {
  if (a.backends.empty()) a.backends = {"fake-quant"};
  if (a.limit < 0) a.limit = 100;
  if (a.out.empty()) a.out = "out/explain-" + (a.suite.empty() ? a.dataset : a.suite);
  return a;
}

ExplainRequest make_request(const ExplainArguments& a) {
  check_format(a.run.format);
  std::vector<ChosenRun> runs = choose_runs(with_defaults(a.run));
  std::vector<std::string> names;
  for (const ChosenRun& run : runs) {
    for (const Case& one : run.cases) names.push_back(" " + one.name());
  }
  if (names.size() != 1) {
    throw Error(Fault::usage, "bench explain is about one case, and these are " +
                                  std::to_string(names.size()) + ":" +
                                  std::accumulate(names.begin(), names.end(), std::string()) +
                                  "; choose with --model, --prepare, --backend and --quantize");
  }
  auto& [run, cases] = runs[0];
  ExplainRequest request{std::move(run), std::move(cases[0]), "", "", a.sweep};
  const bool in_float = request.subject.backend == "fake-quant" ||
                        request.subject.backend == "reference" ||
                        request.subject.backend == "float";
  request.backend = in_float ? request.subject.backend : "fake-quant";
  if (!in_float) request.integer_backend = request.subject.backend;
  return request;
}

// One line on the terminal for each thing that is done.
class ProgressLines {
 public:
  explicit ProgressLines(std::ostream& err) : err_(err) {}
  void show(const std::string& what, const Progress& progress) {
    if (what != what_) {
      close();
      line_ = std::make_unique<ProgressLine>(err_, what);
      what_ = what;
    }
    line_->show(progress);
  }
  void close() {
    if (line_) line_->close();
  }

 private:
  std::ostream& err_;
  std::string what_;
  std::unique_ptr<ProgressLine> line_;
};

void write_explanation(const Explanation& explanation, const std::string& folder) {
  for (const auto& [format, file] :
       {std::pair("markdown", "/explain.md"), std::pair("json", "/explain.json")}) {
    std::ostringstream text;
    print(tables(explanation), format, text);
    write_file(folder + file, text.str());
  }
  std::string ids;
  for (const std::string& id : explanation.images) ids += id + "\n";
  write_file(folder + "/images.txt", ids);
}

}  // namespace

int execute(const ExplainArguments& a, std::ostream& out, std::ostream& err) {
  const ExplainRequest request = make_request(a);
  const auto dataset = open_dataset(request.run.suite.dataset, request.run.data);
  make_folder(request.run.out);
  err << "bench: results go to " << request.run.out << std::endl;
  const Interrupt interrupt;
  ProgressLines lines(err);
  const Explanation explanation = explain(
      request, *dataset, interrupt.flag(),
      [&](const std::string& what, const Progress& progress) { lines.show(what, progress); });
  lines.close();
  if (!explanation.complete) {
    err << "bench: interrupted; the same command goes on" << std::endl;
    return exit_interrupted;
  }
  write_explanation(explanation, request.run.out);
  print(tables(explanation), a.run.format, out);
  return exit_ok;
}

}  // namespace bench
