// Runs network files when told to, so that another program can time its own runs in between: see
// scripts/compare_onnxruntime.mjs.
//
//   file_rounds SHAPE BACKEND=FILE ...      such as 1x3x224x224 float=net.onnx int8=net.int8.onnx
//
// Compiles every FILE for its BACKEND, prints "ready", and then, for every line on standard input,
// runs the network of that number (0, 1, ...) once on one random image and prints the milliseconds
// of CPU time it took. Ends at the end of its input.

#include <fmt/format.h>

#include <ctime>
#include <iostream>
#include <sstream>

#include "bench/backend.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/random.h"

namespace {

using namespace bench;

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

Shape shape_of(const std::string& text) {
  Shape shape;
  std::istringstream in(text);
  for (std::string size; std::getline(in, size, 'x');) shape.push_back(std::stoll(size));
  return shape;
}

struct Compiled {
  std::unique_ptr<Program> program;
  std::unique_ptr<Session> session;
};

Compiled compile(const std::string& argument) {
  const auto split = argument.find('=');
  if (split == argument.npos) throw Error(Fault::usage, argument + ": expected BACKEND=FILE");
  const Backend& backend = find_backend(argument.substr(0, split));
  Graph graph = load_network(argument.substr(split + 1)).graph;
  Compiled result;
  result.program = backend.compile(simplify(fold_batch_norm(simplify(std::move(graph)))), {});
  result.session = result.program->open_session();
  return result;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) throw Error(Fault::usage, "usage: file_rounds SHAPE BACKEND=FILE ...");
  const Tensor image = Random(1).tensor(shape_of(argv[1]), -1, 1);
  std::vector<Compiled> networks;
  for (int i = 2; i < argc; ++i) networks.push_back(compile(argv[i]));
  std::cout << "ready" << std::endl;
  for (std::size_t which = 0; std::cin >> which;) {
    Session& session = *networks.at(which).session;
    const double start = cpu_ms();
    session.run(image);
    std::cout << fmt::format("{:.4f}", cpu_ms() - start) << std::endl;
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << "file_rounds: " << error.what() << "\n";
  return 1;
}
