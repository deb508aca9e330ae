#pragma once

#include <chrono>
#include <iosfwd>
#include <string>

#include "bench/answering.h"

namespace bench {

/// "rfb-320.float: 120 of 3226 images, 98.2 img/s, 0:32 left": rewritten in place on a terminal, a
/// line every ten seconds elsewhere, and one when the case is done.
class ProgressLine {
 public:
  ProgressLine(std::ostream& err, std::string name);
  void show(const Progress& progress);
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

/// "0:32", "1:02:03"
std::string duration_text(double seconds);

/// Whether it is standard error, and that a terminal.
bool is_terminal(const std::ostream& err);

/// The words, given the seconds since the first image.
std::string progress_text(const std::string& name, const Progress& progress, double seconds);

}  // namespace bench
