#include "bench/tally_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "bench/bytes.h"
#include "bench/files.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::string_view magic = "QBTALLY2";
constexpr std::uint64_t payload_limit = std::uint64_t{1} << 30;

// Seven bits to a byte, the lowest first.
void write_whole(ByteWriter& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.u8(static_cast<std::uint8_t>(v | 0x80));
  out.u8(static_cast<std::uint8_t>(v));
}

std::uint64_t read_whole(ByteReader& in) {
  std::uint64_t v = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    const std::uint8_t byte = in.u8();
    v |= std::uint64_t{byte & 0x7fu} << shift;
    if (!(byte & 0x80)) return v;
  }
  in.fail("a number too long");
}

// Columns of whole numbers, and of decimals with 3 or 6 places, which scores are in most result
// files, hold the steps from one number to the next; 0 stands for any numbers.
constexpr std::array<std::uint64_t, 4> kinds = {1, 1'000, 1'000'000, 0};
constexpr double largest_whole = 0x1p52;

std::int64_t in_steps(double v, std::uint64_t steps) {
  return static_cast<std::int64_t>(std::nearbyint(v * static_cast<double>(steps)));
}

double from_steps(std::int64_t n, std::uint64_t steps) {
  return static_cast<double>(n) / static_cast<double>(steps);
}

bool in_whole_steps(double v, std::uint64_t steps) {
  if (!(std::abs(v * static_cast<double>(steps)) < largest_whole)) return false;
  return from_steps(in_steps(v, steps), steps) == v && !(v == 0 && std::signbit(v));
}

// Signed numbers near 0 as small unsigned ones: 0, -1, 1, -2, ...
std::uint64_t folded(std::int64_t n) {
  return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}

std::int64_t unfolded(std::uint64_t n) {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

// A float as 0 and four bytes, any other number as 1 and eight.
void write_number(ByteWriter& out, double v) {
  const auto shorter = static_cast<float>(v);
  if (static_cast<double>(shorter) == v) {
    out.u8(0).f32(shorter);
  } else {
    out.u8(1).f64(v);
  }
}

double read_number(ByteReader& in) {
  const std::uint8_t kind = in.u8();
  if (kind > 1) in.fail("a number of an unknown kind");
  return kind == 0 ? in.f32() : in.f64();
}

void write_column(ByteWriter& out, const std::vector<double>& column) {
  const std::uint64_t steps = *std::ranges::find_if(kinds, [&](std::uint64_t kind) {
    return kind == 0 ||
           std::ranges::all_of(column, [kind](double v) { return in_whole_steps(v, kind); });
  });
  write_whole(out, steps);
  std::int64_t last = 0;
  for (const double v : column) {
    if (steps == 0) {
      write_number(out, v);
    } else {
      write_whole(out, folded(in_steps(v, steps) - last));
      last = in_steps(v, steps);
    }
  }
}

std::vector<double> read_column(ByteReader& in, std::size_t size) {
  const std::uint64_t steps = read_whole(in);
  if (std::ranges::find(kinds, steps) == kinds.end()) in.fail("a column of an unknown kind");
  std::vector<double> column;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (steps == 0) {
      column.push_back(read_number(in));
    } else {
      last += unfolded(read_whole(in));
      if (std::abs(static_cast<double>(last)) >= largest_whole) in.fail("a number too large");
      column.push_back(from_steps(last, steps));
    }
  }
  return column;
}

// Numbers of all items' rows that stand at place `at` of their row.
std::vector<double> column_of(const Tally& tally, std::size_t at) {
  std::vector<double> column;
  for (const std::vector<double>& rows : tally.rows) {
    for (std::size_t i = at; i < rows.size(); i += tally.width) column.push_back(rows[i]);
  }
  return column;
}

void read_rows(ByteReader& in, Tally& tally, std::size_t most) {
  std::size_t numbers = 0;
  for (std::size_t i = 0; i < tally.items.size(); ++i) {
    const std::uint64_t rows = read_whole(in);
    if (tally.width == 0 || rows > most / tally.width) in.fail("more numbers than it has bytes");
    numbers += rows * tally.width;
    if (numbers > most) in.fail("more numbers than it has bytes");
    tally.rows.emplace_back(rows * tally.width);
  }
  if (numbers == 0) return;
  for (std::size_t at = 0; at < tally.width; ++at) {
    const std::vector<double> column = read_column(in, numbers / tally.width);
    auto next = column.begin();
    for (std::vector<double>& rows : tally.rows) {
      for (std::size_t i = at; i < rows.size(); i += tally.width) rows[i] = *next++;
    }
  }
}

void write_names(ByteWriter& out, const std::vector<std::string>& names) {
  out.u32(static_cast<std::uint32_t>(names.size()));
  for (const std::string& name : names) out.text(name);
}

std::vector<std::string> read_names(ByteReader& in) {
  std::vector<std::string> names(in.count(4));
  for (std::string& name : names) name = in.text();
  return names;
}

std::string compressed(const std::string& payload) {
  uLongf size = compressBound(payload.size());
  std::string bytes(size, '\0');
  compress2(reinterpret_cast<Bytef*>(bytes.data()), &size,
            reinterpret_cast<const Bytef*>(payload.data()), payload.size(), Z_BEST_COMPRESSION);
  bytes.resize(size);
  return bytes;
}

std::string expanded(ByteReader& in, std::string_view rest, std::uint64_t size) {
  // zlib's best is 1032 to 1.
  if (size > payload_limit || size > 1032 * (rest.size() + 1)) in.fail("a size that cannot be");
  std::string payload(size, '\0');
  uLongf written = size;
  const int code = uncompress(reinterpret_cast<Bytef*>(payload.data()), &written,
                              reinterpret_cast<const Bytef*>(rest.data()), rest.size());
  if (code != Z_OK || written != size) in.fail("its compressed part is damaged");
  return payload;
}

}  // namespace

std::string to_tally_file(const Tally& tally, const std::string& answers) {
  ByteWriter out;
  out.text(answers).text(tally.evaluator).text(tally.protocol);
  write_names(out, tally.names);
  write_names(out, tally.items);
  out.u32(static_cast<std::uint32_t>(tally.groups.size()));
  for (const std::size_t size : tally.groups) write_whole(out, size);
  write_whole(out, tally.width);
  bool any = false;
  for (const std::vector<double>& rows : tally.rows) {
    if (rows.size() % tally.width != 0) throw std::logic_error("a tally with parts of rows");
    write_whole(out, rows.size() / tally.width);
    any = any || !rows.empty();
  }
  for (std::size_t at = 0; any && at < tally.width; ++at) write_column(out, column_of(tally, at));
  ByteWriter size;
  size.u64(out.bytes().size());
  return std::string(magic) + size.bytes() + compressed(out.bytes());
}

ReadTally read_tally_file(std::string_view bytes, const std::string& file) {
  ByteReader whole(bytes, file);
  if (bytes.substr(0, magic.size()) != magic)
    whole.fail("is no tally (its first bytes are others)");
  whole.take(magic.size());
  const std::uint64_t size = whole.u64();
  const std::string payload = expanded(whole, bytes.substr(magic.size() + 8), size);
  ByteReader in(payload, file);
  ReadTally read;
  Tally& tally = read.tally;
  read.answers = in.text();
  tally.evaluator = in.text();
  tally.protocol = in.text();
  tally.names = read_names(in);
  tally.items = read_names(in);
  tally.groups.resize(in.count(1));
  for (std::size_t& group : tally.groups) group = read_whole(in);
  tally.width = read_whole(in);
  read_rows(in, tally, payload.size());
  if (!in.at_end()) in.fail("longer than its contents");
  return read;
}

std::string tally_path(const std::string& folder, const std::string& case_name) {
  return (std::filesystem::path(folder) / (case_name + ".tally")).string();
}

void write_tally(const std::string& folder, const RunRecord& record, const Tally& tally) {
  if (tally.items.empty()) return;
  make_folder(folder);
  write_file(tally_path(folder, record.name), to_tally_file(tally, record.answers_digest));
}

std::optional<Tally> find_tally(const std::string& folder, const RunRecord& record) {
  const std::string path = tally_path(folder, record.name);
  if (!std::filesystem::exists(path)) return std::nullopt;
  ReadTally read = read_tally_file(read_file(path), path);
  if (read.answers == record.answers_digest) return std::move(read.tally);
  throw Error(Fault::bad_data, path + ": is the tally of other answers (" +
                                   read.answers.substr(0, 12) + ") than result.json's (" +
                                   record.answers_digest.substr(0, 12) +
                                   "); run `bench score` on the folder again");
}

}  // namespace bench
