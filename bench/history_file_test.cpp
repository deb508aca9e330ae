#include "bench/history_file.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <optional>

#include "bench/files.h"
#include "bench/sqlite.h"
#include "models/contains_testing.h"
#include "models/error.h"
#include "models/testing.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

using Access = HistoryFile::Access;
using testing::contains;

RunRecord sample() {
  RunRecord record;
  record.suite = "mini";
  record.name = "net.float";
  record.status = "passed";
  record.finished = "2026-01-01T01:00:00Z";
  record.data.name = "imagenet";
  record.data.scored = 10;
  record.metrics = {{"top1", 0.5, Interval{0.4, 0.6}, "", true},
                    {"nothing", RunRecord::nan, std::nullopt, "", false}};
  record.backend.weight_bytes = 4096;
  return record;
}

class Folder {
 public:
  std::string file(const std::string& name = "h.sqlite") const {
    return (folder_.path() / name).string();
  }

 private:
  testing::TemporaryFolder folder_;
};

/// The fault and message of opening.
std::optional<Error> fault_of(const std::string& path, Access access, int busy_ms = 50) {
  try {
    HistoryFile(path, access, busy_ms);
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  }
}

void check_fault(const std::string& path, Access access, Fault fault, const std::string& words) {
  const auto error = fault_of(path, access);
  REQUIRE(error);
  INFO(error->what());
  CHECK(error->fault() == fault);
  CHECK(contains(error->what(), path + ": "));
  CHECK(contains(error->what(), words));
}

TEST_CASE("A history file gives back what was put in") {
  const Folder folder;
  {
    HistoryFile file(folder.file(), Access::write);
    CHECK(file.add("b", {sample()}));
    CHECK_FALSE(file.add("b", {sample(), sample()}));
    CHECK(file.add("a", {sample()}));
  }
  HistoryFile file(folder.file(), Access::read);
  CHECK(file.suites() == std::vector<std::string>{"mini"});
  CHECK(file.metrics("mini") == std::vector<std::string>{"nothing", "top1", "weight_bytes"});
  CHECK(file.metrics("other").empty());
  const auto points = file.points("mini", "top1");
  REQUIRE(points.size() == 2);
  CHECK(points[0].of.run == "a");
  CHECK(points[1].of.run == "b");
  CHECK(points[0].of.name == "net.float");
  CHECK(points[0].of.manifest == manifest_of(sample()));
  CHECK(points[0].of.whole);
  CHECK_FALSE(points[0].of.drawn);
  CHECK(points[0].figure.value == 0.5);
  CHECK(points[0].figure.interval95->high == 0.6);
  CHECK(std::isnan(file.points("mini", "nothing").at(0).figure.value));
  CHECK(file.points("mini", "weight_bytes").at(0).figure.unit == "bytes");
}

TEST_CASE("A failed case shows in the figures it had; one that never had them does not") {
  const Folder folder;
  HistoryFile file(folder.file(), Access::write);
  RunRecord failed = sample(), other = sample();
  failed.status = other.status = "failed";
  failed.metrics.clear();
  other.metrics.clear();
  other.name = "other.float";
  file.add("a", {sample(), other});
  file.add("b", {failed});
  const auto points = file.points("mini", "top1");
  REQUIRE(points.size() == 2);
  CHECK(points[1].of.status == "failed");
  CHECK_FALSE(points[1].of.whole);
  CHECK(std::isnan(points[1].figure.value));
}

TEST_CASE("Names are data, whatever they hold") {
  const Folder folder;
  const std::string evil = "'); DROP TABLE run; --\"\n\x01\xE2\x96\x84";
  HistoryFile file(folder.file(), Access::write);
  RunRecord record = sample();
  record.suite = record.name = record.data.name = record.finished = evil;
  record.metrics[0].name = record.metrics[0].unit = record.environment.commit = evil;
  CHECK(file.add(evil, {record}));
  CHECK(file.suites() == std::vector<std::string>{evil});
  const auto points = file.points(evil, evil);
  REQUIRE(points.size() == 1);
  CHECK(points[0].of.run == evil);
  CHECK(points[0].of.name == evil);
  CHECK(points[0].figure.unit == evil);
  CHECK(manifest_text(points[0].of.manifest, "commit") == evil);
}

TEST_CASE("What is no history file is refused, and left as it is") {
  const Folder folder;
  const std::string path = folder.file();
  for (const Access access : {Access::read, Access::write}) {
    write_file(path, std::string(5000, 'x'));
    check_fault(path, access, Fault::bad_data, "is not a history file");
    CHECK(read_file(path) == std::string(5000, 'x'));
    make_folder(folder.file("folder"));
    check_fault(folder.file("folder"), access, Fault::bad_data, "is a folder");
  }
  check_fault(folder.file("nowhere"), Access::read, Fault::missing, "is not there");
  CHECK_FALSE(fs::exists(folder.file("nowhere")));
  check_fault(folder.file("no/such/folder"), Access::write, Fault::environment, "no such folder");
  write_file(folder.file("empty"), "");
  check_fault(folder.file("empty"), Access::read, Fault::bad_data, "is empty");
  CHECK_FALSE(fault_of(folder.file("empty"), Access::write));
}

TEST_CASE("Databases of other programs and of newer ones are refused") {
  const Folder folder;
  const std::string path = folder.file();
  const auto change = [&](const std::string& sql) {
    SqliteFile(path, SqliteFile::Access::write, 50).execute(sql);
  };
  change("CREATE TABLE own(x)");
  check_fault(path, Access::write, Fault::bad_data, "database of another program");
  check_fault(path, Access::read, Fault::bad_data, "database of another program");
  fs::remove(path);
  HistoryFile(path, Access::write).add("a", {sample()});
  change("PRAGMA user_version = 2");
  check_fault(path, Access::write, Fault::unsupported, "has layout 2");
  change("PRAGMA user_version = 1");
  change("DROP TABLE figure");
  try {
    HistoryFile(path, Access::read).points("mini", "top1");
    FAIL("read without a table");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::bad_data);
    CHECK(contains(error.what(), "is not a history file as bench writes it"));
  }
}

TEST_CASE("A file cut short is damaged, not a crash") {
  const Folder folder;
  {
    HistoryFile file(folder.file(), Access::write);
    for (int i = 0; i < 200; ++i) file.add(std::to_string(i), {sample()});
  }
  const auto size = fs::file_size(folder.file());
  REQUIRE(size > 20000);
  fs::resize_file(folder.file(), size / 2);
  try {
    HistoryFile(folder.file(), Access::read).points("mini", "top1");
    FAIL("half a file was read");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.fault() == Fault::bad_data);
  }
}

TEST_CASE("Two programs that write wait for each other, not for ever") {
  const Folder folder;
  HistoryFile(folder.file(), Access::write).add("a", {sample()});
  SqliteFile other(folder.file(), SqliteFile::Access::write, 50);
  HistoryFile file(folder.file(), Access::write, 50);
  {
    const SqliteTransaction transaction(other);
    try {
      file.add("b", {sample()});
      FAIL("wrote beside another");
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::environment);
      CHECK(contains(error.what(), "another program is writing"));
    }
    CHECK(file.points("mini", "top1").size() == 1);
  }
  CHECK(file.add("b", {sample()}));
}

// The copy is what a program leaves that is killed while it writes.
TEST_CASE("An interrupted recording is undone by the next one") {
  const Folder folder;
  HistoryFile(folder.file(), Access::write).add("a", {sample()});
  {
    SqliteFile writer(folder.file(), SqliteFile::Access::write, 50);
    writer.execute("PRAGMA cache_size = 1; PRAGMA cache_spill = 1");
    const SqliteTransaction transaction(writer);
    writer.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO run(key) SELECT i FROM n");
    for (const char* ending : {"", "-journal"}) {
      REQUIRE(fs::exists(folder.file() + ending));
      fs::copy(folder.file() + ending, folder.file("killed") + ending);
    }
  }
  check_fault(folder.file("killed"), Access::read, Fault::environment, "was interrupted");
  CHECK_FALSE(HistoryFile(folder.file("killed"), Access::write).add("a", {sample()}));
  HistoryFile file(folder.file("killed"), Access::read);
  CHECK(file.points("mini", "top1").size() == 1);
  SqliteFile raw(folder.file("killed"), SqliteFile::Access::read, 50);
  CHECK_FALSE(SqliteStatement(raw, "SELECT 1 FROM run WHERE key = '7'").step());
}

// A limit on the size of files stands for the full disk.
TEST_CASE("Where the disk ends, the file is as it was") {
  const Folder folder;
  HistoryFile file(folder.file(), Access::write);
  REQUIRE(file.add("a", {sample()}));
  const std::string before = read_file(folder.file());
  std::vector<RunRecord> many(500, sample());
  rlimit usual{};
  getrlimit(RLIMIT_FSIZE, &usual);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{before.size() + 8192, usual.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  std::optional<Error> error;
  try {
    file.add("b", many);
  } catch (const Error& thrown) {
    error = thrown;
  }
  setrlimit(RLIMIT_FSIZE, &usual);
  std::signal(SIGXFSZ, handler);
  REQUIRE(error);
  INFO(error->what());
  CHECK(error->fault() == Fault::environment);
  CHECK(contains(error->what(), folder.file()));
  CHECK(file.points("mini", "top1").size() == 1);
  CHECK(file.add("b", many));
  CHECK(file.points("mini", "top1").size() == 501);
}

}  // namespace
}  // namespace bench
