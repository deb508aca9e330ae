#include "bench/answering.h"

#include <condition_variable>
#include <exception>
#include <thread>

#include "models/sha256.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

JournalEntry answer_one(const Dataset& dataset, std::size_t index, const AnswerImage& answer) {
  const auto start = Clock::now();
  JournalEntry entry;
  entry.index = index;
  entry.id = dataset.id(index);
  try {
    const EncodedImage image = dataset.image(index);
    entry.image_sha256 = sha256(image.bytes);
    Answered answered = answer(image);
    entry.answer = std::move(answered.answer);
    entry.run_ms = answered.run_ms;
    entry.warnings = std::move(answered.warnings);
  } catch (const Error& error) {
    if (error.fault() == Fault::usage || error.fault() == Fault::environment) throw;
    entry.fault = error.fault();
    entry.error = error.what();
  }
  entry.total_ms = ms_since(start);
  return entry;
}

// The threads' common ground.
class Crew {
 public:
  Crew(const Work& work, std::vector<std::size_t> todo, JournalWriter& writer)
      : work_(work), todo_(std::move(todo)), writer_(writer) {}

  // Whether nothing is left to do.
  bool run(Progress progress) {
    const std::size_t threads =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(1, work_.threads)), todo_.size());
    working_ = threads;
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work_through(); });
    watch(progress);
    workers.clear();
    writer_.flush();
    if (fault_) std::rethrow_exception(fault_);
    return done_ == todo_.size();
  }

 private:
  void work_through() {
    try {
      const AnswerImage answer = work_.open_worker();
      while (!work_.stop && !broken_) {
        const std::size_t place = next_++;
        if (place >= todo_.size()) break;
        const JournalEntry entry = answer_one(work_.dataset, todo_[place], answer);
        writer_.append(entry);
        failed_ += entry.answer ? 0 : 1;
        ++done_;
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!fault_) fault_ = std::current_exception();
      broken_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    finished_.notify_all();
  }

  // The calling thread only looks on.
  void watch(Progress progress) {
    std::unique_lock lock(mutex_);
    for (bool more = true; more;) {
      more = !finished_.wait_for(lock, std::chrono::milliseconds(200),
                                 [this] { return working_ == 0; });
      progress.failed = failed_;
      progress.done = done_;
      if (work_.report_progress) work_.report_progress(progress);
    }
  }

  const Work& work_;
  const std::vector<std::size_t> todo_;
  JournalWriter& writer_;
  std::atomic<std::size_t> next_ = 0, done_ = 0, failed_ = 0;
  std::atomic<bool> broken_ = false;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::size_t working_ = 0;
  std::exception_ptr fault_;
};

}  // namespace

bool answer_images(const Work& work, const JournalReader& before, JournalWriter& writer) {
  std::vector<std::size_t> todo;
  for (const std::size_t index : work.listed) {
    if (!before.answered(index)) todo.push_back(index);
  }
  const std::size_t answered = work.listed.size() - todo.size();
  return Crew(work, std::move(todo), writer).run({work.listed.size(), answered, 0, 0});
}

}  // namespace bench
