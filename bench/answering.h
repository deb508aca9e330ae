#pragma once
// Shows images to a network on several threads and writes every answer down.

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/journal.h"
#include "datasets/dataset.h"

namespace bench {

struct Answered {
  Answer answer;
  double run_ms = 0;  ///< in the network alone
  std::vector<std::string> warnings;
};

/// One worker's way from an image file to an answer. Throws Error{missing, bad_data, unsupported}
/// where this image cannot be answered; any other exception ends the case.
using AnswerImage = std::function<Answered(const EncodedImage&)>;

struct Progress {
  std::size_t listed = 0;  ///< images of the case
  std::size_t before = 0;  ///< answered by an earlier run
  std::size_t done = 0;    ///< answered or failed by this one
  std::size_t failed = 0;  ///< of those
};

struct Work {
  const Dataset& dataset;
  std::span<const std::size_t> listed;       ///< indices into the data set
  std::function<AnswerImage()> open_worker;  ///< called once on every thread
  int threads = 1;
  const std::atomic<bool>& stop;                         ///< finish the images in hand
  std::function<void(const Progress&)> report_progress;  ///< on the calling thread, now and then
};

/// Appends an entry to `writer` for every listed image that has no answer in `before`; those that
/// failed before are tried again. Returns false if it was stopped. Whatever happens, entries
/// appended are flushed.
bool answer_images(const Work& work, const JournalReader& before, JournalWriter& writer);

}  // namespace bench
