#include "bench/tally_file.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "bench/bytes.h"
#include "bench/files.h"
#include "models/error.h"
#include "models/hostile_testing.h"
#include "models/testing.h"

namespace bench {
namespace {

Tally sample() {
  return {"voc-map",
          "voc",
          {"cat", "dog"},
          {"image 1", "image 2", "image 3"},
          {2, 1},
          4,
          {{1, 0.25, 0, 3, 0, 0.1, 7, 1}, {}, {1e300, -0.5, 1e15, 2}}};
}

TEST_CASE("A tally comes back bit for bit") {
  const ReadTally read = read_tally_file(to_tally_file(sample(), "abc"), "t");
  CHECK(read.answers == "abc");
  CHECK(read.tally == sample());
  for (const double odd : {std::numeric_limits<double>::infinity(), -0.0, 0.123, 0.123456, 1e-7,
                           0.1f * 1.0, -1.0, 0x1p52, -0x1p53, 1e-300}) {
    Tally tally = sample();
    for (const std::size_t at : {1, 2, 5}) {
      tally.rows[0][at] = odd;
      const Tally back = read_tally_file(to_tally_file(tally, ""), "t").tally;
      CHECK(back == tally);
      CHECK(std::signbit(back.rows[0][at]) == std::signbit(odd));
    }
  }
  Tally empty = sample();
  for (auto& rows : empty.rows) rows.clear();
  CHECK(read_tally_file(to_tally_file(empty, ""), "t").tally == empty);
}

TEST_CASE("Scores of results files take about two bytes each") {
  Tally tally{"voc-map", "voc", {"cat"}, {}, {100}, 4, {}};
  for (int image = 0; image < 100; ++image) {
    tally.items.push_back(std::to_string(image));
    tally.rows.emplace_back();
    for (int i = 0; i < 100; ++i) {  // best first, some 10,000 steps of 1e-6 apart
      const int score = 990000 - 9800 * i - (image * 7919 + i * 104729) % 5000;
      for (const double v : {0.0, score / 1e6, 0.0, 1.0}) tally.rows.back().push_back(v);
    }
  }
  CHECK(to_tally_file(tally, "").size() < 25000);
  CHECK(read_tally_file(to_tally_file(tally, ""), "t").tally == tally);
}

TEST_CASE("What is no tally is refused by name") {
  const std::string good = to_tally_file(sample(), "abc");
  CHECK_THROWS_WITH(read_tally_file("something", "t.tally"),
                    Catch::Contains("t.tally") && Catch::Contains("no tally"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_THROWS_AS(read_tally_file(good.substr(0, size), "t"), Error);
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    // The compressed part's last byte has bits that mean nothing; all others are missed.
    try {
      const ReadTally read = read_tally_file(flipped, "t");
      CHECK(read.tally == sample());
      CHECK(read.answers == "abc");
    } catch (const Error&) {
      SUCCEED();
    }
  }
}

// The file `good`, but with this payload, as zlib writes it.
std::string file_with(const std::string& good, const std::string& payload) {
  uLongf size = compressBound(payload.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(payload.data()), payload.size());
  ByteWriter length;
  length.u64(payload.size());
  return good.substr(0, 8) + length.bytes() + packed.substr(0, size);
}

TEST_CASE("Whatever stands in the compressed part, it is a tally or one Error") {
  const std::string good = to_tally_file(sample(), "abc");
  std::string payload(static_cast<unsigned char>(good[8]), '\0');  // its length is that short
  uLongf size = payload.size();
  REQUIRE(uncompress(reinterpret_cast<Bytef*>(payload.data()), &size,
                     reinterpret_cast<const Bytef*>(good.data() + 16), good.size() - 16) == Z_OK);
  REQUIRE(read_tally_file(file_with(good, payload), "t").tally == sample());
  const int refused =
      testing::refused_mutations(payload, "t: ", [&good](const std::string& changed) {
        const Tally tally = read_tally_file(file_with(good, changed), "t").tally;
        CHECK(tally.rows.size() == tally.items.size());
      });
  CHECK(refused > 100);
  for (std::size_t length = 0; length < payload.size(); ++length) {
    CHECK_THROWS_AS(read_tally_file(file_with(good, payload.substr(0, length)), "t"), Error);
  }
}

TEST_CASE("A tally belongs to the answers of its record") {
  const testing::TemporaryFolder folder;
  RunRecord record;
  record.name = "a.float";
  record.answers_digest = "abc";
  CHECK_FALSE(find_tally(folder.path(), record));
  write_tally(folder.path(), record, sample());
  CHECK(find_tally(folder.path(), record) == sample());
  record.answers_digest = "other";
  CHECK_THROWS_WITH(find_tally(folder.path(), record), Catch::Contains("other answers"));
  record.name = "b.float";
  write_tally(folder.path(), record, {});
  CHECK_FALSE(find_tally(folder.path(), record));
}

}  // namespace
}  // namespace bench
