#include "bench/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <thread>

#include "models/sha256.h"

namespace bench {
namespace {

// The text behind the first line of `path` that begins with `key` and has `separator`.
std::string value_in(const char* path, const std::string& key, char separator) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find(separator);
    if (line.rfind(key, 0) != 0 || at == line.npos) continue;
    std::string value = line.substr(at + 1);
    const std::size_t first = value.find_first_not_of(" \t\"");
    const std::size_t last = value.find_last_not_of(" \t\"");
    return first == value.npos ? "" : value.substr(first, last - first + 1);
  }
  return "";
}

std::string operating_system() {
  utsname names{};
  const std::string kernel =
      uname(&names) == 0 ? std::string(names.sysname) + " " + names.release : "";
  const std::string name = value_in("/etc/os-release", "PRETTY_NAME", '=');
  return name.empty() ? kernel : name + ", " + kernel;
}

// Of the installation's own number, which itself stays here; without one (as in containers), of the
// host's name.
std::string machine_hash() {
  std::string id;
  std::getline(std::ifstream("/etc/machine-id"), id);
  char host[256] = "";
  if (id.empty() && gethostname(host, sizeof host - 1) == 0) id = host;
  return id.empty() ? "" : sha256("quantbench " + id).substr(0, 16);
}

}  // namespace

std::string program_version() { return BENCH_VERSION; }

RunRecord::Environment this_environment() {
  RunRecord::Environment here;
  here.cpu = value_in("/proc/cpuinfo", "model name", ':');
  if (here.cpu.empty()) here.cpu = "unknown CPU";
  here.cores = std::thread::hardware_concurrency();
  here.os = operating_system();
  here.compiler = BENCH_COMPILER;
  here.build_type = BENCH_BUILD_TYPE;
  here.program_version = BENCH_VERSION;
  here.commit = BENCH_COMMIT;
  here.machine = machine_hash();
  return here;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

}  // namespace bench
