#include "bench/commands/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

namespace bench {

std::string duration_text(double seconds) {
  const auto all = static_cast<long>(seconds + 0.5);
  return all >= 3600 ? fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60)
                     : fmt::format("{}:{:02}", all / 60, all % 60);
}

bool is_terminal(const std::ostream& err) { return &err == &std::cerr && isatty(STDERR_FILENO); }

std::string progress_text(const std::string& name, const Progress& p, double seconds) {
  const std::size_t answered = p.before + p.done;
  std::string text = fmt::format("{}: {} of {} images", name, answered, p.listed);
  if (p.before > 0) text += fmt::format(" ({} from before)", p.before);
  if (p.failed > 0) text += fmt::format(", {} failed", p.failed);
  if (p.done > 0 && seconds > 0) {
    const double rate = static_cast<double>(p.done) / seconds;
    text += fmt::format(", {:.1f} img/s", rate);
    if (answered < p.listed) {
      text += ", " + duration_text(static_cast<double>(p.listed - answered) / rate) + " left";
    }
  }
  return text;
}

void ProgressLine::show(const Progress& progress) {
  const bool last = progress.before + progress.done >= progress.listed;
  line_.show(last, [&](double seconds) { return progress_text(name_, progress, seconds); });
}

LiveLine::LiveLine(std::ostream& err) : err_(err), terminal_(is_terminal(err)) {}

void LiveLine::show(bool last, const std::function<std::string(double)>& text) {
  const auto now = Clock::now();
  const auto pause = std::chrono::milliseconds(terminal_ ? 200 : 10000);
  if (!last && now - shown_ < pause) return;
  shown_ = now;
  const std::string line = text(std::chrono::duration<double>(now - start_).count());
  if (terminal_) {
    err_ << '\r' << line << "\033[K" << std::flush;  // and clear to the end of the line
    open_ = true;
  } else {
    err_ << line << std::endl;
  }
}

void LiveLine::close() {
  if (open_) err_ << std::endl;
  open_ = false;
}

}  // namespace bench
