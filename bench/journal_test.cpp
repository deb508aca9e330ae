#include "bench/journal.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include "bench/answer_bytes.h"
#include "bench/crc32c.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::TemporaryFolder;

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const std::string& path, const std::string& bytes) {
  std::filesystem::remove(path);  // overwriting would wait for the disk
  std::ofstream(path, std::ios::binary) << bytes;
}

template <class Action>
std::string fault_of(Fault expected, Action action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.fault() == expected);
    return error.what();
  }
  return "no Error";
}

JournalHeader header() { return {{{"model", "m"}, {"limit", "3"}}, "{}"}; }

// One entry of every kind, with floats that have no short decimal form.
std::vector<JournalEntry> entries() {
  const float denormal = std::numeric_limits<float>::denorm_min();
  std::vector<JournalEntry> list(5);
  list[0].answer = ClassScores{{{7, 1.0f / 3}, {2, denormal}, {999, -0.0f}}};
  list[1].answer = Detections{{{3, 0.1, {1, 2.5, 1e300, -4}, 77}, {0, 5e-324, {}}}};
  list[2].answer = LabelMap{2, 3, {0, 1, 2, 20, 255, 9}};
  list[3].answer = Embedding{{1e-30f, std::numeric_limits<float>::infinity()}};
  list[4].fault = Fault::bad_data;
  list[4].error = "/data/4.jpg: cut short";
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].index = i;
    list[i].id = "image/" + std::to_string(i);
    list[i].image_sha256 = std::string(64, static_cast<char>('a' + i));
    list[i].run_ms = 1.25 * static_cast<double>(i);
  }
  list[1].warnings = {"broken colour profile"};
  return list;
}

std::vector<std::size_t> all() { return {0, 1, 2, 3, 4}; }

std::string write_all(const std::string& path) {
  JournalWriter writer(path, header());
  for (const JournalEntry& entry : entries()) writer.append(entry);
  writer.flush();
  return path;
}

TEST_CASE("CRC-32C has its published check value") {
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c("") == 0u);
}

TEST_CASE("A journal gives back every kind of answer bit for bit") {
  const TemporaryFolder folder;
  const JournalReader journal(write_all(folder.path() / "a.journal"));
  CHECK(journal.header() == header());
  REQUIRE(journal.size() == 5);
  for (const JournalEntry& entry : entries()) CHECK(journal.entry(entry.index) == entry);
  CHECK(journal.answered(3));
  CHECK(journal.has(4));
  CHECK_FALSE(journal.answered(4));
  const auto best = std::get<ClassScores>(*journal.entry(0).answer).best;
  CHECK(std::signbit(best[2].score));
}

TEST_CASE("A NaN keeps its bits") {
  ByteWriter out;
  write_answer(out, Embedding{{std::bit_cast<float>(0x7FC12345u)}});
  ByteReader in(out.bytes(), "x");
  const Answer back = read_answer(in);
  CHECK(std::bit_cast<std::uint32_t>(std::get<Embedding>(back).values[0]) == 0x7FC12345u);
}

// Three small entries: every size of the file is tried, and the disk waited for.
std::vector<JournalEntry> small_entries() {
  std::vector<JournalEntry> list(3);
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].index = i;
    list[i].answer = Embedding{{static_cast<float>(i)}};
  }
  return list;
}

void append_missing(const std::string& path) {
  JournalWriter writer(path, header());
  const JournalReader found(path);
  for (const JournalEntry& entry : small_entries()) {
    if (!found.has(entry.index)) writer.append(entry);
  }
}

TEST_CASE("A tail torn at any byte is cut, and the run ends with the same digest") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  append_missing(path);
  const std::string whole = read(path);
  const std::string wanted = digest(JournalReader(path), all());
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    write(path, whole.substr(0, size));
    append_missing(path);
    REQUIRE(read(path) == whole);
    REQUIRE(digest(JournalReader(path), all()) == wanted);
  }
}

TEST_CASE("A tail of zeros, as a power failure leaves it, is cut") {
  const TemporaryFolder folder;
  const std::string path = write_all(folder.path() / "a.journal");
  const std::string whole = read(path);
  write(path, whole + std::string(100, '\0'));
  JournalWriter(path, header()).flush();
  CHECK(read(path) == whole);
}

TEST_CASE("A changed byte before the last record is reported with its place, never skipped") {
  const TemporaryFolder folder;
  const std::string path = write_all(folder.path() / "a.journal");
  const std::string whole = read(path);
  const std::size_t last = whole.rfind("QBR1");
  for (std::size_t at = 0; at < last; ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
    write(path, bytes);
    const std::string fault = fault_of(Fault::bad_data, [&] { JournalReader reader(path); });
    REQUIRE(fault.find(path) == 0);
    REQUIRE(fault_of(Fault::bad_data, [&] { JournalWriter writer(path, header()); }) == fault);
    REQUIRE(read(path) == bytes);  // and nothing is cut
  }
}

TEST_CASE("A hostile journal is refused without allocating what it claims") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  const auto record = [](const std::string& payload) {
    ByteWriter head;
    head.u32(static_cast<std::uint32_t>(payload.size())).u32(crc32c(payload));
    return "QBR1" + head.bytes() + payload;
  };
  const std::string start = "QBJOURN1";
  ByteWriter many_fields;
  many_fields.u8('H').u32(0xFFFFFFFFu);
  write(path, start + record(many_fields.bytes()));
  CHECK_THROWS_AS(JournalReader(path), Error);

  ByteWriter good;
  good.u8('H').u32(0).text("");
  ByteWriter many_boxes;
  many_boxes.u8('A').u64(0).text("id").text("").f64(0).f64(0).u32(0).u8(2).u32(0xFFFFFFFFu);
  write(path, start + record(good.bytes()) + record(many_boxes.bytes()));
  const JournalReader journal(path);
  CHECK(fault_of(Fault::bad_data, [&] { journal.entry(0); }).find("more items than it holds") !=
        std::string::npos);

  ByteWriter map;  // 65536 x 65536 pixels, none there
  map.u8(3).i32(65536).i32(65536).text("");
  ByteReader in(map.bytes(), "x");
  CHECK_THROWS_AS(read_answer(in), Error);

  write(path, start + record(good.bytes()) + record(good.bytes()));
  CHECK_THROWS_AS(JournalReader(path), Error);  // two headers
  write(path, "GIF89a..");
  CHECK_THROWS_AS(JournalReader(path), Error);
  std::string false_beginnings = start;
  for (int i = 0; i < 100000; ++i) false_beginnings += "QBR1";
  write(path, false_beginnings);
  CHECK_THROWS_AS(JournalReader(path), Error);
}

TEST_CASE("A journal goes on only with the same fingerprint, and says which field differs") {
  const TemporaryFolder folder;
  const std::string path = write_all(folder.path() / "a.journal");
  JournalHeader other = header();
  other.fingerprint[1].second = "4";
  const std::string fault = fault_of(Fault::usage, [&] { JournalWriter writer(path, other); });
  CHECK(fault == path +
                     ": was begun with another limit ('3', now '4'); use another --out, or "
                     "--restart to begin again");
  other = header();
  other.record = "who asked does not matter";
  CHECK_NOTHROW(JournalWriter(path, other));
  other.fingerprint.emplace_back("seed", "1");
  CHECK(fault_of(Fault::usage, [&] {
          JournalWriter writer(path, other);
        }).find("another seed (absent, now '1')") != std::string::npos);
}

TEST_CASE("A failed image may be answered later; an answered one may not come twice") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  JournalEntry entry = entries()[4];
  JournalWriter writer(path, header());
  writer.append(entry);
  entry.answer = Embedding{{1}};
  writer.append(entry);
  CHECK(JournalReader(path).answered(4));
  writer.append(entry);
  CHECK(fault_of(Fault::bad_data, [&] { JournalReader reader(path); }).find("comes twice") !=
        std::string::npos);
}

TEST_CASE("Two processes cannot write one journal") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  const JournalWriter writer(path, header());
  CHECK(fault_of(Fault::environment, [&] {
          JournalWriter second(path, header());
        }).find("another process") != std::string::npos);
}

TEST_CASE("Many threads append; the digest is that of one") {
  const TemporaryFolder folder;
  const auto entry_of = [](std::size_t i) {
    JournalEntry entry;
    entry.index = i;
    entry.id = std::to_string(i);
    entry.answer = Embedding{{static_cast<float>(i) / 7}};
    return entry;
  };
  std::vector<std::size_t> indices(400);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  std::vector<std::string> digests;
  for (const std::size_t threads : {1u, 4u}) {
    const std::string path = folder.path() / std::to_string(threads);
    JournalWriter writer(path, header());
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (std::size_t i = t; i < indices.size(); i += threads) writer.append(entry_of(i));
      });
    }
    workers.clear();
    digests.push_back(digest(JournalReader(path), indices));
  }
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("The digest ignores timings, warnings and the words of an error, and nothing else") {
  const TemporaryFolder folder;
  const auto digest_of = [&](const JournalEntry& entry) {
    const std::string path = folder.path() / "d.journal";
    std::filesystem::remove(path);
    { JournalWriter(path, header()).append(entry); }
    return digest(JournalReader(path), all());
  };
  JournalEntry entry = entries()[4];
  const std::string wanted = digest_of(entry);
  entry.error = "elsewhere/4.jpg: cut short";
  entry.run_ms = 99;
  entry.warnings = {"w"};
  CHECK(digest_of(entry) == wanted);
  entry.image_sha256[0] = 'X';
  CHECK(digest_of(entry) != wanted);
  CHECK(digest_of(entries()[0]) != wanted);
}

// A file-size limit stands in for a full disk: write() fails in the middle of a record.
TEST_CASE("A full disk is an Error, and every answer before it is kept") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "a.journal";
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  JournalWriter writer(path, header());
  writer.append(entries()[0]);
  const auto kept = std::filesystem::file_size(path);
  rlimit tight = before;
  tight.rlim_cur = kept + 20;
  setrlimit(RLIMIT_FSIZE, &tight);
  std::string fault;
  try {
    writer.append(entries()[1]);
  } catch (const Error& error) {
    fault = error.fault() == Fault::environment ? error.what() : "another fault";
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  CHECK(fault.find(path + ": cannot be written; every answer before this one is kept") == 0);
  CHECK(std::filesystem::file_size(path) == kept);
  CHECK(JournalReader(path).entry(0) == entries()[0]);
  writer.append(entries()[1]);  // there is room again
  CHECK(JournalReader(path).entry(1) == entries()[1]);
}

TEST_CASE("A journal that cannot be opened says so") {
  CHECK(fault_of(Fault::environment, [] {
          JournalWriter w("/dev/null/x", header());
        }).find("/dev/null/x: cannot be opened for writing: ") == 0);
  CHECK(fault_of(Fault::missing, [] { JournalReader r("/nowhere/x"); }).find("/nowhere/x") == 0);
}

}  // namespace
}  // namespace bench
