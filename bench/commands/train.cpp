#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "bench/commands/commands.h"
#include "bench/commands/dispatch.h"
#include "bench/commands/interrupt.h"
#include "bench/commands/training_line.h"
#include "bench/training.h"
#include "models/error.h"

namespace bench {
namespace {

TrainingRequest request_of(const TrainArguments& a) {
  if (a.recipe.empty()) throw Error(Fault::usage, "train: give --recipe (see bench list recipes)");
  if (a.threads < 1 || a.threads > 256) throw Error(Fault::usage, "--threads: expected 1 to 256");
  if (a.device != "cpu" && a.device != "cuda") {
    throw Error(Fault::usage, "--device: expected cpu or cuda");
  }
  TrainingRequest request;
  request.recipe = load_training_recipe(a.recipe);
  request.data = a.data;
  request.judge = a.judge;
  request.weights = weights_places(a.weights, "");
  request.out = a.out;
  request.restart = a.restart;
  request.threads = a.threads;
  request.device = a.device;
  request.command = a.command;
  return request;
}

}  // namespace

int execute(const TrainArguments& a, std::ostream& out, std::ostream& err) {
  const TrainingRequest request = request_of(a);
  const Interrupt interrupt;
  TrainingLine line(err, request.recipe.name);
  const TrainingResult result =
      train(request, {interrupt.flag(), [&](const TrainingProgress& p) { line.show(p); },
                      [&](const std::string& what) { line.say(what); }});
  line.close();
  if (!result.complete) {
    err << "bench: stopped; the same command goes on" << std::endl;
    return exit_interrupted;
  }
  out << result.weights;
  if (!result.metric.empty()) out << fmt::format(": {} {:.4f}", result.metric, result.value);
  out << '\n';
  return exit_ok;
}

}  // namespace bench
