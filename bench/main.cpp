// A few lines: argv -> dispatch -> exit code.
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "bench/commands/dispatch.h"

namespace {

#ifdef BENCH_TRAINER
// Returns where the program that trains is not beside this one, which then says so itself.
void become_trainer(char** argv) {
  std::error_code unknown;
  auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  execv(program.replace_filename(BENCH_TRAINER).c_str(), argv);
}
#else
void become_trainer(char**) {}
#endif

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "train") become_trainer(argv);
  return bench::dispatch({argv + 1, argv + argc}, std::cout, std::cerr);
}
