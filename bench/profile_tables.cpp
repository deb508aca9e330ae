#include <fmt/format.h>

#include <cmath>

#include "bench/profile.h"

namespace bench {
namespace {

constexpr Part parts[] = {Part::kernel, Part::packing, Part::glue};

std::string name_of(Part part) {
  switch (part) {
    case Part::kernel: return "kernel";
    case Part::packing: return "packing";
    case Part::glue: break;
  }
  return "glue";
}

std::string name_of(Products products) {
  switch (products) {
    case Products::bytes: return "bytes";
    case Products::bits: return "bits";
    case Products::floats: break;
  }
  return "floats";
}

// "-" for what is not known.
std::string ms_text(double ms) { return std::isnan(ms) ? "-" : fmt::format("{:.4f}", ms); }
std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f} %", 100 * share) : "-";
}
std::string gops_text(double gops) {
  return std::isfinite(gops) ? fmt::format("{:.1f}", gops) : "-";
}
std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", 1e-6 * static_cast<double>(bytes));
}
std::string peak_text(const Peak& peak) {
  return peak.gflops > 0 ? fmt::format("{:.0f} GOP/s ({})", peak.gflops, peak.kernel)
                         : "no instruction for it";
}

Table circumstances(const Profile& profile) {
  Table table{"profile of " + profile.network, {"what", "value"}, {}, {}};
  const auto row = [&](const std::string& what, const std::string& value) {
    table.rows.push_back({what, value});
  };
  row("processor", profile.cpu);
  row("input", to_string(profile.input));
  row("threads, batch", fmt::format("1, {}", profile.input.empty() ? 1 : profile.input[0]));
  row("rounds", fmt::format("{}, after {} that do not count; all cases in each; medians",
                            profile.rounds, profile.warm_up));
  row("clock", "CPU time of the thread; a run is complete when the clock is read");
  row("peak, floats", peak_text(profile.peaks.floats));
  row("peak, bytes", peak_text(profile.peaks.bytes));
  row("peak, bits", peak_text(profile.peaks.bits));
  table.notes = {
      "GOP/s and shares count two operations for each product of the direct algorithm. "
      "Shares can exceed 100 %: Winograd's algorithm has fewer products; bits can be "
      "counted two words at a time, in fewer instructions than the peak's; matrix units "
      "(AMX) are faster than the peak of bytes, which is VNNI's."};
  row("peak resident set", megabytes(profile.peak_rss_bytes) + ", all cases together");
  return table;
}

Table summary(const Profile& profile) {
  const ProfiledCase& base = profile.cases.front();
  Table table{"by parts",
              {"case", "isa", "kernel ms", "packing ms", "glue ms", "layers ms", "whole ms",
               base.name + " : this", "weights", "activations", "preempted"},
              {},
              {"whole: the run in one go; layers: the sum of layers timed one by one, clock "
               "included."}};
  for (const ProfiledCase& one : profile.cases) {
    std::vector<std::string> row{one.name, one.isa};
    for (const Part part : parts) row.push_back(ms_text(one.part_ms(part)));
    row.push_back(ms_text(one.layers_ms()));
    row.push_back(ms_text(one.whole_ms));
    row.push_back(fmt::format("{:.2f}", base.whole_ms / one.whole_ms));
    row.push_back(megabytes(one.weight_bytes));
    row.push_back(megabytes(one.activation_bytes));
    row.push_back(std::to_string(one.preemptions));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table layers(const Profile& profile, const ProfiledCase& one) {
  Table table{"layers of " + one.name,
              {"node", "op", "implementation", "layout", "part", "ms", "share", "GOP/s", "of peak"},
              {},
              {}};
  if (!one.engine_rule.empty()) table.notes = {one.engine_rule};
  const double all = one.layers_ms();
  for (const ProfiledLayer& layer : one.layers) {
    const LayerFact& fact = layer.fact;
    const std::string part =
        fact.part == Part::kernel ? "kernel, " + name_of(fact.products) : name_of(fact.part);
    table.rows.push_back({fact.node, fact.op, fact.implementation, fact.layout, part,
                          ms_text(layer.ms), percent(layer.ms / all), gops_text(layer.gops()),
                          percent(profile.share_of_peak(layer))});
  }
  return table;
}

Json json_of(const Peak& peak) {
  return JsonObject{{"gops", peak.gflops}, {"instruction", peak.kernel}};
}

Json json_of(const Profile& profile, const ProfiledLayer& layer) {
  const LayerFact& fact = layer.fact;
  const bool kernel = fact.part == Part::kernel;
  return JsonObject{{"node", fact.node},
                    {"op", fact.op},
                    {"implementation", fact.implementation},
                    {"layout", fact.layout},
                    {"part", name_of(fact.part)},
                    {"products", kernel ? Json(name_of(fact.products)) : Json()},
                    {"macs", fact.macs},
                    {"ms", layer.ms},
                    {"gops", layer.gops()},
                    {"share_of_peak", profile.share_of_peak(layer)}};
}

Json json_of(const Profile& profile, const ProfiledCase& one) {
  JsonArray layers;
  for (const ProfiledLayer& layer : one.layers) layers.push_back(json_of(profile, layer));
  JsonObject by_part;
  for (const Part part : parts) by_part.emplace_back(name_of(part), one.part_ms(part));
  return JsonObject{{"name", one.name},
                    {"library", one.library},
                    {"isa", one.isa},
                    {"engine_rule", one.engine_rule},
                    {"weight_bytes", one.weight_bytes},
                    {"activation_bytes", one.activation_bytes},
                    {"whole_ms", one.whole_ms},
                    {"layers_ms", one.layers_ms()},
                    {"part_ms", std::move(by_part)},
                    {"first_to_this", profile.cases.front().whole_ms / one.whole_ms},
                    {"preemptions", one.preemptions},
                    {"layers", std::move(layers)}};
}

}  // namespace

std::vector<Table> tables(const Profile& profile) {
  std::vector<Table> all{circumstances(profile), summary(profile)};
  for (const ProfiledCase& one : profile.cases) all.push_back(layers(profile, one));
  return all;
}

Json to_json(const Profile& profile) {
  JsonArray cases, input;
  for (const ProfiledCase& one : profile.cases) cases.push_back(json_of(profile, one));
  for (const std::int64_t size : profile.input) input.emplace_back(size);
  return JsonObject{{"network", profile.network},
                    {"cpu", profile.cpu},
                    {"input", std::move(input)},
                    {"threads", 1},
                    {"rounds", profile.rounds},
                    {"warm_up", profile.warm_up},
                    {"clock", "thread CPU time"},
                    {"peaks", JsonObject{{"floats", json_of(profile.peaks.floats)},
                                         {"bytes", json_of(profile.peaks.bytes)},
                                         {"bits", json_of(profile.peaks.bits)}}},
                    {"peak_rss_bytes", profile.peak_rss_bytes},
                    {"cases", std::move(cases)}};
}

}  // namespace bench
