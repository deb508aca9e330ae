#include "reports/comparison/size_changes.h"

#include <string_view>

namespace bench::comparing {
namespace {

struct SizeField {
  const char* name;
  std::int64_t (*of)(const RunRecord&);
};
constexpr SizeField sizes[] = {
    {"parameters", [](const RunRecord& r) { return r.audit.parameters; }},
    {"macs", [](const RunRecord& r) { return r.audit.macs; }},
    {"weight_bytes", [](const RunRecord& r) { return r.backend.weight_bytes; }},
    {"activation_bytes", [](const RunRecord& r) { return r.backend.activation_bytes; }},
};

}  // namespace

void add_sizes(PendingCase& one, const CaseRun& before, const CaseRun& after,
               const CompareOptions& options) {
  for (const SizeField& size : sizes) {
    const auto from = size.of(before.record), to = size.of(after.record);
    if (from <= 0 && to <= 0) continue;
    Pending pending{{size.name,
                     size.name == std::string_view("parameters") ? "numbers"
                     : size.name == std::string_view("macs")     ? "MACs"
                                                                 : "bytes",
                     static_cast<double>(from), static_cast<double>(to)}};
    set_gate(pending, options, after.record.name, true);
    judge_exactly(pending);
    one.figures.push_back(std::move(pending));
  }
}

}  // namespace bench::comparing
