#include "bench/commands/training_line.h"

#include <fmt/format.h>

#include <iostream>

#include "bench/commands/progress.h"

namespace bench {

std::string training_text(const std::string& name, const TrainingProgress& p, double seconds) {
  std::string text = fmt::format("{}: step {} of {}", name, p.step, p.steps);
  if (p.before > 0) text += fmt::format(" ({} from before)", p.before);
  text += fmt::format(", loss {:.4g}, rate {:.3g}", p.mean_loss, p.learning_rate);
  if (p.step > p.before && seconds > 0) {
    const double rate = (p.step - p.before) / seconds;
    text += fmt::format(", {:.1f} steps/s", rate);
    if (p.step < p.steps) text += ", " + duration_text((p.steps - p.step) / rate) + " left";
  }
  return text;
}

std::string training_bar(const TrainingProgress& p) {
  constexpr int cells = 20;
  const auto full = static_cast<std::size_t>(p.steps > 0 ? cells * p.step / p.steps : cells);
  return "[" + std::string(full, '#') + std::string(cells - full, '-') + "]";
}

TrainingLine::TrainingLine(std::ostream& err, std::string name)
    : err_(err), name_(std::move(name)), terminal_(is_terminal(err)) {}

void TrainingLine::show(const TrainingProgress& progress) {
  const auto now = Clock::now();
  if (progress.step == progress.before + 1) start_ = now;  // the first step warms up
  const bool last = progress.step >= progress.steps;
  const auto pause = std::chrono::milliseconds(terminal_ ? 200 : 10000);
  if (!last && now - shown_ < pause) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string text = training_text(name_, progress, seconds);
  if (terminal_) {
    err_ << '\r' << training_bar(progress) << ' ' << text << "\033[K" << std::flush;
    open_ = true;
  } else {
    err_ << text << std::endl;
  }
}

void TrainingLine::say(const std::string& what) {
  close();
  err_ << name_ << ": " << what << std::endl;
}

void TrainingLine::close() {
  if (open_) err_ << std::endl;
  open_ = false;
}

}  // namespace bench
