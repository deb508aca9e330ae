#include "bench/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "bench/answer_bytes.h"
#include "bench/crc32c.h"
#include "models/sha256.h"

namespace bench {
namespace {

constexpr std::string_view file_magic = "QBJOURN1";
constexpr std::string_view record_magic = "QBR1";
constexpr std::size_t frame = 12;  // magic, length, checksum
constexpr std::uint32_t payload_limit = 1u << 28;
constexpr int sync_every = 64;
constexpr std::chrono::seconds sync_interval{1};

[[noreturn]] void damaged(const std::string& path, std::uint64_t position,
                          const std::string& what) {
  throw Error(Fault::bad_data, path + ": damaged at byte " + std::to_string(position) + ": " +
                                   what + "; run with --restart to begin again, or another --out");
}

[[noreturn]] void cannot(const std::string& path, const std::string& what) {
  throw Error(Fault::environment, path + ": cannot " + what + ": " + std::strerror(errno));
}

// Reads up to `size` bytes; fewer at the end of the file.
std::string read_at(int file, const std::string& path, std::uint64_t position, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n =
        pread(file, bytes.data() + done, size - done, static_cast<off_t>(position + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) cannot(path, "read");
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

struct Frame {
  std::uint32_t length, crc;
};

std::optional<Frame> parse_frame(const std::string& bytes) {
  if (bytes.size() != frame || bytes.compare(0, 4, record_magic) != 0) return std::nullopt;
  ByteReader in(std::string_view(bytes).substr(4), "");
  const std::uint32_t length = in.u32();
  return Frame{length, in.u32()};
}

// The payload of the record at `position`, or nothing if there is no whole record.
std::optional<std::string> record_at(int file, const std::string& path, std::uint64_t position,
                                     std::uint64_t size) {
  const auto head = parse_frame(read_at(file, path, position, frame));
  if (!head || head->length > payload_limit || head->length > size - position - frame) {
    return std::nullopt;
  }
  std::string payload = read_at(file, path, position + frame, head->length);
  if (payload.size() != head->length || crc32c(payload) != head->crc) return std::nullopt;
  return payload;
}

// Whether any whole record lies behind `position`: then what is there is no torn tail.
// The work is bounded: a file made of false beginnings is given up on (and called damaged).
bool record_behind(int file, const std::string& path, std::uint64_t position, std::uint64_t size) {
  constexpr std::size_t window = 1 << 16;
  int false_beginnings = 0;
  for (std::uint64_t at = position + 1; at + frame <= size;) {
    const std::string bytes = read_at(file, path, at, window);
    std::size_t found = bytes.find(record_magic);
    for (; found != bytes.npos; found = bytes.find(record_magic, found + 1)) {
      if (at + found + frame > size) break;
      if (record_at(file, path, at + found, size) || ++false_beginnings > 1000) return true;
    }
    if (bytes.size() < window) break;
    at += window - record_magic.size() + 1;
  }
  return false;
}

std::string header_payload(const JournalHeader& header) {
  ByteWriter out;
  out.u8('H').u32(static_cast<std::uint32_t>(header.fingerprint.size()));
  for (const auto& [name, value] : header.fingerprint) out.text(name).text(value);
  return out.text(header.record).bytes();
}

JournalHeader read_header(ByteReader& in) {
  JournalHeader header;
  header.fingerprint.resize(in.count(8));
  for (auto& [name, value] : header.fingerprint) {
    name = in.text();
    value = in.text();
  }
  header.record = in.text();
  return header;
}

std::string entry_payload(const JournalEntry& entry) {
  ByteWriter out;
  out.u8(entry.answer ? 'A' : 'F').u64(entry.index).text(entry.id).text(entry.image_sha256);
  out.f64(entry.run_ms).f64(entry.total_ms);
  out.u32(static_cast<std::uint32_t>(entry.warnings.size()));
  for (const std::string& warning : entry.warnings) out.text(warning);
  if (entry.answer) {
    write_answer(out, *entry.answer);
  } else {
    out.u8(static_cast<std::uint8_t>(entry.fault)).text(entry.error);
  }
  return out.bytes();
}

Fault read_fault(ByteReader& in) {
  const std::uint8_t number = in.u8();
  if (number > static_cast<std::uint8_t>(Fault::environment)) in.fail("an unknown kind of fault");
  return static_cast<Fault>(number);
}

JournalEntry read_entry(const std::string& payload, const std::string& what) {
  ByteReader in(payload, what);
  const bool answered = in.u8() == 'A';
  JournalEntry entry;
  entry.index = in.u64();
  entry.id = in.text();
  entry.image_sha256 = in.text();
  entry.run_ms = in.f64();
  entry.total_ms = in.f64();
  entry.warnings.resize(in.count(4));
  for (std::string& warning : entry.warnings) warning = in.text();
  if (answered) {
    entry.answer = read_answer(in);
  } else {
    entry.fault = read_fault(in);
    entry.error = in.text();
  }
  if (!in.at_end()) in.fail("longer than its contents");
  return entry;
}

}  // namespace

JournalReader::JournalReader(const std::string& path)
    : path_(path), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ < 0) throw Error(Fault::missing, path + ": no journal of answers can be opened here");
  try {
    scan();
  } catch (...) {
    close(file_);
    throw;
  }
}

JournalReader::~JournalReader() { close(file_); }

void JournalReader::scan() {
  struct stat info {};
  if (fstat(file_, &info) != 0) cannot(path_, "be examined");
  size_ = static_cast<std::uint64_t>(info.st_size);
  const std::string start = read_at(file_, path_, 0, file_magic.size());
  if (start != file_magic.substr(0, start.size())) {
    throw Error(Fault::bad_data, path_ + ": is no journal of answers (its first bytes are others)");
  }
  if (start.size() < file_magic.size()) return;
  end_ = file_magic.size();
  while (end_ < size_) {
    const auto payload =
        end_ + frame <= size_ ? record_at(file_, path_, end_, size_) : std::nullopt;
    if (!payload) {
      if (record_behind(file_, path_, end_, size_)) damaged(path_, end_, "a record is not whole");
      return;
    }
    take(*payload, end_);
    end_ += frame + payload->size();
  }
}

void JournalReader::take(const std::string& payload, std::uint64_t position) {
  const char kind = payload.empty() ? '\0' : payload[0];
  const bool first = position == file_magic.size();
  if (first != (kind == 'H') || (!first && kind != 'A' && kind != 'F')) {
    damaged(path_, position, "a record of the wrong kind");
  }
  ByteReader in(std::string_view(payload).substr(1),
                path_ + ": record at byte " + std::to_string(position));
  if (first) {
    header_ = read_header(in);
    return;
  }
  const std::uint64_t index = in.u64();
  if (answered(index)) damaged(path_, position, "image " + std::to_string(index) + " comes twice");
  places_[index] = {position + frame, static_cast<std::uint32_t>(payload.size()), kind == 'F'};
}

bool JournalReader::answered(std::uint64_t index) const {
  const auto found = places_.find(index);
  return found != places_.end() && !found->second.failed;
}

JournalEntry JournalReader::entry(std::uint64_t index) const {
  const Place& place = places_.at(index);
  return read_entry(read_at(file_, path_, place.position, place.length),
                    path_ + ": record at byte " + std::to_string(place.position - frame));
}

namespace {

void check_same(const std::string& path, const JournalHeader& found, const JournalHeader& wanted) {
  const auto& was = found.fingerprint;
  const auto& is = wanted.fingerprint;
  for (std::size_t i = 0; i < std::max(was.size(), is.size()); ++i) {
    if (i < was.size() && i < is.size() && was[i] == is[i]) continue;
    const std::string name = i < is.size() ? is[i].first : was[i].first;
    const std::string before = i < was.size() ? "'" + was[i].second + "'" : "absent";
    const std::string now = i < is.size() ? "'" + is[i].second + "'" : "absent";
    throw Error(Fault::usage, path + ": was begun with another " + name + " (" + before + ", now " +
                                  now + "); use another --out, or --restart to begin again");
  }
}

}  // namespace

JournalWriter::JournalWriter(const std::string& path, const JournalHeader& header) : path_(path) {
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) cannot(path, "be opened for writing");
  try {
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      throw Error(Fault::environment, path + ": another process is writing this journal");
    }
    const JournalReader existing(path);
    const bool fresh = existing.end() <= file_magic.size();  // nothing, or a torn header
    if (!fresh) check_same(path, existing.header(), header);
    end_ = fresh ? 0 : existing.end();
    const bool torn = std::filesystem::file_size(path) != end_;
    if (torn && ftruncate(file_, static_cast<off_t>(end_)) != 0) cannot(path, "be cut");
    if (fresh) write(header_payload(header));
    if (fresh || torn) sync();
  } catch (...) {
    close(file_);
    throw;
  }
}

JournalWriter::~JournalWriter() {
  if (unsynced_ > 0) fdatasync(file_);
  close(file_);
}

void JournalWriter::append(const JournalEntry& entry) {
  const std::string payload = entry_payload(entry);
  if (payload.size() > payload_limit) {
    throw Error(Fault::unsupported, entry.id + ": an answer of over 256 MiB");
  }
  const std::lock_guard lock(mutex_);
  write(payload);
  if (++unsynced_ >= sync_every || std::chrono::steady_clock::now() - synced_ > sync_interval) {
    sync();
  }
}

void JournalWriter::flush() {
  const std::lock_guard lock(mutex_);
  if (unsynced_ > 0) sync();
}

void JournalWriter::write(const std::string& payload) {
  ByteWriter head;
  head.u32(static_cast<std::uint32_t>(payload.size())).u32(crc32c(payload));
  const std::string bytes = (end_ == 0 ? std::string(file_magic) : "") + std::string(record_magic) +
                            head.bytes() + payload;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n =
        pwrite(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(end_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int reason = n == 0 ? ENOSPC : errno;
      // Half a record helps nobody. If the cut fails too, the next opening cuts it.
      [[maybe_unused]] const int ignored = ftruncate(file_, static_cast<off_t>(end_));
      errno = reason;
      cannot(path_, "be written; every answer before this one is kept");
    }
    done += static_cast<std::size_t>(n);
  }
  end_ += bytes.size();
}

void JournalWriter::sync() {
  if (fdatasync(file_) != 0) cannot(path_, "be flushed to disk");
  unsynced_ = 0;
  synced_ = std::chrono::steady_clock::now();
}

std::string digest(const JournalReader& journal, std::span<const std::size_t> indices) {
  Sha256 hash;
  for (const std::size_t index : indices) {
    if (!journal.has(index)) continue;
    const JournalEntry entry = journal.entry(index);
    ByteWriter out;
    out.u64(entry.index).text(entry.id).text(entry.image_sha256).u8(entry.answer ? 1 : 0);
    if (entry.answer) {
      write_answer(out, *entry.answer);
    } else {
      out.u8(static_cast<std::uint8_t>(entry.fault));  // not its text, which may hold a path
    }
    hash.add(out.bytes());
  }
  return hash.hex();
}

}  // namespace bench
