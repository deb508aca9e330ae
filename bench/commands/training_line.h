#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "bench/training.h"

namespace bench {

/// "mini-vgg: step 120 of 1500, loss 1.234, rate 0.1, 18.2 steps/s, 1:16 left": rewritten in place
/// on a terminal, with a bar; elsewhere a line every ten seconds, and one when all is done.
class TrainingLine {
 public:
  TrainingLine(std::ostream& err, std::string name);
  void show(const TrainingProgress& progress);
  void say(const std::string& what);
  /// Ends a line that was rewritten in place.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& err_;
  std::string name_;
  bool terminal_;
  bool open_ = false;
  Clock::time_point start_ = Clock::now(), shown_ = start_;
};

/// The words, given the seconds since the first step.
std::string training_text(const std::string& name, const TrainingProgress& progress,
                          double seconds);

/// "[#####-----]"
std::string training_bar(const TrainingProgress& progress);

}  // namespace bench
