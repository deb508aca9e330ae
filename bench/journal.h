#pragma once
// The journal of a run: an append-only file of answers, one record per image, written before
// anything is scored.
//
//   file    = "QBJOURN1" record*           the first record is the header
//   record  = "QBR1" length:u32 crc:u32 payload     CRC-32C of the payload; little-endian
//
// A record is whole or it is not there: what a kill or a power failure tore off at the end is cut
// when the journal is opened again. Damage anywhere else is reported, never skipped.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/answer.h"
#include "models/error.h"

namespace bench {

/// What became of one image.
struct JournalEntry {
  std::uint64_t index = 0;  ///< in the data set
  std::string id;
  std::string image_sha256;  ///< empty where the image could not be read

  std::optional<Answer> answer;  ///< absent: the image failed, for this reason:
  Fault fault = Fault::bad_data;
  std::string error;

  // Not part of the digest:
  double run_ms = 0;                  ///< Session::run alone, all views
  double total_ms = 0;                ///< from reading the file to the answer
  std::vector<std::string> warnings;  ///< of the image decoder

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// What the answers depend on, field by field, and who asked.
struct JournalHeader {
  std::vector<std::pair<std::string, std::string>> fingerprint;  ///< name, value; compared
  std::string record;  ///< the run record as it was when the run began (JSON); not compared

  friend bool operator==(const JournalHeader&, const JournalHeader&) = default;
};

/// Reads a journal without changing it; entries are read from disk when asked for.
class JournalReader {
 public:
  /// Throws Error{missing}; Error{bad_data} for a file that is no journal, or is damaged before its
  /// end (byte position and what to do are named).
  explicit JournalReader(const std::string& path);
  ~JournalReader();
  JournalReader(const JournalReader&) = delete;
  JournalReader& operator=(const JournalReader&) = delete;

  const JournalHeader& header() const { return header_; }
  bool has(std::uint64_t index) const { return places_.contains(index); }
  /// Answered, and not failed.
  bool answered(std::uint64_t index) const;
  std::size_t size() const { return places_.size(); }
  /// The image's last entry. REQUIRES has(index). Throws Error{bad_data}.
  JournalEntry entry(std::uint64_t index) const;
  /// Where the last whole record ends; the file's size, unless its tail is torn.
  std::uint64_t end() const { return end_; }

 private:
  struct Place {
    std::uint64_t position;
    std::uint32_t length;
    bool failed;
  };
  void scan();
  void take(const std::string& payload, std::uint64_t position);

  std::string path_;
  int file_ = -1;
  std::uint64_t size_ = 0, end_ = 0;
  JournalHeader header_;
  std::map<std::uint64_t, Place> places_;
};

/// Appends entries; any thread may call. Records are on disk after at most a second or 64 records.
class JournalWriter {
 public:
  /// Opens `path` for appending, creating it with `header` where there is none (or nothing but a
  /// torn header), cutting a torn tail. Throws Error{usage} naming the first fingerprint field that
  /// differs and what to do; Error{environment} where the file cannot be written or another process
  /// writes it; and as JournalReader.
  JournalWriter(const std::string& path, const JournalHeader& header);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// Throws Error{environment} if the record cannot be written whole; the file then still ends with
  /// the last whole record.
  void append(const JournalEntry& entry);
  /// Everything appended is on disk afterwards. Throws Error{environment}.
  void flush();

 private:
  void write(const std::string& payload);
  void sync();

  std::string path_;
  int file_ = -1;
  std::uint64_t end_ = 0;
  int unsynced_ = 0;
  std::chrono::steady_clock::time_point synced_;
  std::mutex mutex_;
};

/// sha256 (hex) over the entries of `indices` in the order given: index, id, image hash, and the
/// answer or the kind of its fault. The same for any number of threads and interruptions.
std::string digest(const JournalReader& journal, std::span<const std::size_t> indices);

}  // namespace bench
