#include "bench/tally_file.h"

#include <zlib.h>

#include <cmath>
#include <filesystem>

#include "bench/bytes.h"
#include "bench/files.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::string_view magic = "QBTALLY1";
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

// Whole numbers v, which most are, as 2 v; else 1 and a float, or 3 and a double, of which scores
// from float networks need the first.
void write_number(ByteWriter& out, double v) {
  if (v >= 0 && v < 0x1p52 && v == std::floor(v) && !std::signbit(v)) {
    write_whole(out, 2 * static_cast<std::uint64_t>(v));
  } else if (static_cast<double>(static_cast<float>(v)) == v) {
    out.u8(1).f32(static_cast<float>(v));
  } else {
    out.u8(3).f64(v);
  }
}

double read_number(ByteReader& in) {
  const std::uint64_t code = read_whole(in);
  if (code % 2 == 0) return static_cast<double>(code / 2);
  if (code == 1) return in.f32();
  if (code == 3) return in.f64();
  in.fail("a number of an unknown kind");
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
  for (const std::vector<double>& rows : tally.rows) {
    write_whole(out, rows.size());
    for (const double number : rows) write_number(out, number);
  }
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
  for (std::size_t i = 0; i < tally.items.size(); ++i) {
    const std::uint64_t numbers = read_whole(in);
    std::vector<double>& rows = tally.rows.emplace_back();
    for (std::uint64_t k = 0; k < numbers; ++k) rows.push_back(read_number(in));
  }
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
