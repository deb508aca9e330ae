#include "reports/how_made.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/figures.h"

namespace bench {

std::vector<Fact> how_made(const RunRecord& r) {
  std::vector<Fact> facts;
  const auto line = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) facts.push_back({name, value});
  };
  line("status", r.status + (r.error.empty() ? "" : ": " + r.error));
  if (!r.command.empty()) facts.push_back({"command", r.command, true});
  line("started, finished", r.started + ", " + r.finished);
  line("model", r.model.name + ", " + r.model.format);
  for (const FileHash& file : r.model.files) {
    line("file", fmt::format("{} ({} bytes, sha256 {})", file.path, file.bytes, file.sha256));
  }
  line("origin, licence", r.model.origin.empty() ? "" : r.model.origin + ", " + r.model.licence);
  line("size",
       r.audit.input.empty()
           ? ""
           : fmt::format("{} parameters, {} multiply-accumulates at {}, {} bytes in float, {} by "
                         "the bits of its grids",
                         r.audit.parameters, r.audit.macs, r.audit.input, r.audit.bytes_fp32,
                         r.audit.bytes_stored));
  line("preparation", r.prepare.name.empty() ? "" : r.prepare.name + ": " + r.prepare.about);
  line("decoder", r.decode);
  line("backend", r.backend.library.empty()
                      ? r.backend.name
                      : r.backend.name + ": " + r.backend.library + ", " + r.backend.isa);
  std::string recipe = r.quantization.name;
  for (const RunRecord::Pass& pass : r.quantization.passes) {
    recipe +=
        (&pass == r.quantization.passes.data() ? ": " : "; ") + pass.name + ": " + pass.summary;
  }
  line("recipe", recipe);
  line("data",
       fmt::format("{} in {}: {} listed, {} scored, {} skipped, {} failed", data_name(r),
                   r.data.root, r.data.listed, r.data.scored, r.data.skipped, r.data.failed));
  line("annotations sha256", r.data.annotations_digest);
  line("images sha256", r.data.images_digest);
  line("answers sha256", r.answers_digest);
  line("protocol", r.evaluator.meaning);
  line("intervals", r.evaluator.bootstrap_replicates == 0
                        ? "none"
                        : fmt::format("95 %, percentile bootstrap over images, {} replicates",
                                      r.evaluator.bootstrap_replicates));
  if (std::isfinite(r.speed.median_ms)) {
    line(
        "speed (indicative)",
        fmt::format("{:.1f} images/s on {} threads; network alone {:.3f} ms median, {:.3f} ms p90",
                    r.speed.images_per_second, r.speed.threads, r.speed.median_ms, r.speed.p90_ms));
  }
  if (r.speed_one_thread.rounds > 0) {
    line("speed, one thread",
         fmt::format("{:.3f} ms CPU time, the network alone: median of {} rounds of {} images",
                     r.speed_one_thread.median_ms, r.speed_one_thread.rounds,
                     r.speed_one_thread.images));
  }
  line("machine",
       fmt::format("{}, {} cores, {}", r.environment.cpu, r.environment.cores, r.environment.os));
  line("program", fmt::format("{} {} {}, {}", r.environment.program_version, r.environment.commit,
                              r.environment.build_type, r.environment.compiler));
  for (const PublishedFigure& known : r.published) {
    line("published " + known.metric,
         fmt::format("{} on {} images, {}{}", known.value, known.images, known.source,
                     known.note.empty() ? "" : " (" + known.note + ")"));
  }
  for (const std::string& warning : r.warnings) line("warning", warning);
  constexpr std::size_t shown = 50;
  for (std::size_t i = 0; i < std::min(shown, r.failures.size()); ++i) {
    line("failed " + r.failures[i].id, r.failures[i].message);
  }
  if (r.failures.size() > shown) {
    line("failed", fmt::format("{} more, see result.json", r.failures.size() - shown));
  }
  return facts;
}

}  // namespace bench
