#include "bench/commands/training_line.h"

#include <fmt/format.h>

#include <ostream>

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

void TrainingLine::show(const TrainingProgress& progress) {
  if (progress.step == progress.before + 1) line_.begin();  // the first step warms up
  line_.show(progress.step >= progress.steps, [&](double seconds) {
    const std::string text = training_text(name_, progress, seconds);
    return line_.on_terminal() ? training_bar(progress) + " " + text : text;
  });
}

void TrainingLine::say(const std::string& what) {
  close();
  err_ << name_ << ": " << what << std::endl;
}

}  // namespace bench
