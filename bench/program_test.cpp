// The program itself, as a process: signals, kills, a full disk, closed output.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/tiny_lfw.h"
#include "models/testing.h"
#include "reports/run_record.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

class Program {
 public:
  explicit Program(int people = 150) { testing::write_tiny_lfw(folder_.path(), people); }

  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  std::vector<std::string> run_arguments(const std::string& out, int threads) const {
    return testing::tiny_run(folder_.path(), out, 0, {"--threads", std::to_string(threads)});
  }

  // Starts the program with stderr to a file; `file_limit` bounds the size of what it writes.
  pid_t start(std::vector<std::string> arguments, const std::string& standard_out = "/dev/null",
              rlim_t file_limit = RLIM_INFINITY) const {
    const pid_t child = fork();
    if (child != 0) return child;
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, file_limit);
    setrlimit(RLIMIT_FSIZE, &limit);
    dup2(open(standard_out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
    dup2(open(file("stderr").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
    std::vector<char*> argv = {const_cast<char*>("bench")};
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execv(BENCH_PROGRAM, argv.data());
    _exit(127);
  }

  int run(const std::string& out, int threads = 2) const {
    return wait(start(run_arguments(out, threads)));
  }

  // The exit code; 1000 + number for a signal.
  static int wait(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  }

  // Returns once the journal of `out` holds `bytes`, or the time is up.
  void wait_for_journal(const std::string& out, std::uintmax_t bytes) const {
    for (int i = 0; i < 20000; ++i) {
      std::error_code none;
      const auto size = fs::file_size(journal(out), none);
      if (!none && size >= bytes) return;
      std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
  }

  std::string digest(const std::string& out) const {
    const std::string path = file(out) + "/result.json";
    return read_result_file(read_file(path), path).at(0).answers_digest;
  }

  std::uintmax_t journal_size(const std::string& out) const { return fs::file_size(journal(out)); }

  std::string journal(const std::string& out) const {
    return file(out) + "/tiny.mobilefacenet-112.float.journal";
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_CASE("kill -9 at any moment, then the same command: the same digest") {
  const Program program;
  REQUIRE(program.run("whole") == exit_ok);
  const std::uintmax_t whole = program.journal_size("whole");
  std::uintmax_t kills = 0;
  for (int attempt = 0; attempt < 100 && kills < 5; ++attempt) {
    const pid_t child = program.start(program.run_arguments("killed", 2));
    program.wait_for_journal("killed", whole * (kills + 1) / 7);
    kill(child, SIGKILL);
    if (Program::wait(child) == 1000 + SIGKILL) {
      ++kills;
    } else {
      fs::remove_all(program.file("killed"));  // it was over before the signal came
    }
  }
  CHECK(kills == 5);
  REQUIRE(program.run("killed") == exit_ok);
  CHECK(program.digest("killed") == program.digest("whole"));
}

// A run that the signal met before it was over: its folder. On a busy machine that can take some
// tries.
std::string interrupted_run(const Program& program, int number) {
  for (int attempt = 0; attempt < 50; ++attempt) {
    const std::string out = "stopped" + std::to_string(number) + "." + std::to_string(attempt);
    const pid_t child = program.start(program.run_arguments(out, 1));
    program.wait_for_journal(out, program.journal_size("whole") / 4);
    kill(child, number);
    const int code = Program::wait(child);
    if (code == exit_interrupted) return out;
    REQUIRE(code == exit_ok);
  }
  FAIL("no run was still going when the signal came");
  return "";
}

// What only the program with libtorch notices, before it draws an image.
TEST_CASE("bench train goes on as bench-train where there is one") {
  const Program program(1);
  const pid_t child = program.start({"train", "--recipe", "mini-vgg", "--judge",
                                     program.file("nowhere"), "--out", program.file("out")});
#ifdef BENCH_TRAINER
  CHECK(Program::wait(child) == exit_missing);
  CHECK(read_file(program.file("stderr")).find("nowhere") != std::string::npos);
#else
  CHECK(Program::wait(child) == exit_unsupported);
  CHECK(read_file(program.file("stderr")).find("-DBENCH_TRAIN=ON") != std::string::npos);
#endif
}

TEST_CASE("SIGINT and SIGTERM finish the images in hand, exit 130, and say how to go on") {
  const Program program;
  REQUIRE(program.run("whole") == exit_ok);
  for (const int number : {SIGINT, SIGTERM}) {
    const std::string out = interrupted_run(program, number);
    const std::string said = read_file(program.file("stderr"));
    CHECK(said.find("interrupted; go on with: bench run --dataset lfw") != said.npos);
    CHECK(program.journal_size(out) < program.journal_size("whole"));
    REQUIRE(program.run(out) == exit_ok);
    CHECK(program.digest(out) == program.digest("whole"));
  }
}

TEST_CASE("A full disk is exit code 6, and what was answered is kept") {
  const Program program;
  REQUIRE(program.run("whole") == exit_ok);
  const auto half = program.journal_size("whole") / 2;
  CHECK(Program::wait(program.start(program.run_arguments("full", 2), "/dev/null", half)) ==
        exit_environment);
  const std::string said = read_file(program.file("stderr"));
  CHECK(said.find("tiny.mobilefacenet-112.float.journal: cannot be written; every answer before") !=
        said.npos);
  const auto kept = program.journal_size("full");
  CHECK(kept > half - 2000);
  CHECK(kept <= half);
  REQUIRE(program.run("full") == exit_ok);
  CHECK(program.digest("full") == program.digest("whole"));
}

TEST_CASE("A result that cannot be printed is exit code 6") {
  const Program program(2);
  CHECK(Program::wait(program.start({"list"}, "/dev/full")) == exit_environment);
  CHECK(Program::wait(program.start({"--version"}, "/dev/full")) == exit_environment);
  CHECK(Program::wait(program.start({"--version"})) == exit_ok);
}

TEST_CASE("Two runs into one folder at once: the second is refused") {
  const Program program;
  REQUIRE(program.run("same") == exit_ok);
  const int journal = open(program.journal("same").c_str(), O_RDONLY);
  REQUIRE(flock(journal, LOCK_EX | LOCK_NB) == 0);  // as the other run would
  CHECK(program.run("same") == exit_environment);
  close(journal);
  CHECK(program.run("same") == exit_ok);
}

}  // namespace
}  // namespace bench
