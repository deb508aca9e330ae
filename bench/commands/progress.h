#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

#include "bench/answering.h"

namespace bench {

/// What is said of work that goes on: rewritten in place on a terminal, a line every ten seconds
/// elsewhere; the last is always shown.
class LiveLine {
 public:
  explicit LiveLine(std::ostream& err);
  bool on_terminal() const { return terminal_; }
  /// From now on seconds are counted anew.
  void begin() { start_ = Clock::now(); }
  /// `text` is asked for, given the seconds since the beginning, when it is time to show it.
  void show(bool last, const std::function<std::string(double seconds)>& text);
  /// Ends a line that was rewritten in place.
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& err_;
  bool terminal_;
  bool open_ = false;
  Clock::time_point start_ = Clock::now(), shown_ = start_;
};

/// "rfb-320.float: 120 of 3226 images, 98.2 img/s, 0:32 left".
class ProgressLine {
 public:
  ProgressLine(std::ostream& err, std::string name) : line_(err), name_(std::move(name)) {}
  void show(const Progress& progress);
  void close() { line_.close(); }

 private:
  LiveLine line_;
  std::string name_;
};

/// "0:32", "1:02:03"
std::string duration_text(double seconds);

/// Whether it is standard error, and that a terminal.
bool is_terminal(const std::ostream& err);

/// The words, given the seconds since the first image.
std::string progress_text(const std::string& name, const Progress& progress, double seconds);

}  // namespace bench
