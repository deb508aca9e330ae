#pragma once

#include <iosfwd>
#include <string>

#include "bench/commands/progress.h"
#include "bench/training.h"

namespace bench {

/// "mini-vgg: step 120 of 1500, loss 1.234, rate 0.1, 18.2 steps/s, 1:16 left"; on a terminal with
/// a bar before it.
class TrainingLine {
 public:
  TrainingLine(std::ostream& err, std::string name)
      : err_(err), line_(err), name_(std::move(name)) {}
  void show(const TrainingProgress& progress);
  void say(const std::string& what);
  void close() { line_.close(); }

 private:
  std::ostream& err_;
  LiveLine line_;
  std::string name_;
};

/// The words, given the seconds since the first step.
std::string training_text(const std::string& name, const TrainingProgress& progress,
                          double seconds);

/// "[#####-----]"
std::string training_bar(const TrainingProgress& progress);

}  // namespace bench
