// A comparison as JSON.
#include "models/json.h"
#include "reports/compare.h"

namespace bench {
namespace {

JsonObject interval_json(const Interval& interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

Json figure_json(const FigureChange& change) {
  JsonObject json = {{"metric", change.metric},
                     {"unit", change.unit},
                     {"before", change.before},
                     {"after", change.after},
                     {"test", change.test},
                     {"p", change.p},
                     {"p_corrected", change.corrected},
                     {"verdict", std::string(word(change.verdict))},
                     {"watched", change.watched},
                     {"allowed", change.allowed},
                     {"missed", change.missed},
                     {"drift", change.drift},
                     {"visible_loss", change.visible},
                     {"note", change.note}};
  if (change.interval95) json.emplace_back("interval95", interval_json(*change.interval95));
  if (change.moved) {
    json.emplace_back("lost", change.moved->lost);
    json.emplace_back("gained", change.moved->gained);
  }
  if (change.share) {
    json.emplace_back("items", change.share->items);
    json.emplace_back("of", change.share->of);
  }
  return json;
}

Json case_json(const CaseComparison& one) {
  JsonArray manifest, figures, list;
  for (const ManifestDifference& difference : one.manifest) {
    manifest.emplace_back(JsonObject{{"field", difference.field},
                                     {"before", difference.before},
                                     {"after", difference.after},
                                     {"refuses", difference.refuses}});
  }
  for (const FigureChange& change : one.figures) figures.push_back(figure_json(change));
  for (const Flip& flip : one.flips) {
    list.emplace_back(JsonObject{{"image", flip.item}, {"effect", flip.effect}});
  }
  return JsonObject{{"data", one.data},
                    {"name", one.name},
                    {"drawn", one.drawn},
                    {"before_name", one.before_name},
                    {"verdict", std::string(word(one.verdict))},
                    {"reasons", JsonArray(one.reasons.begin(), one.reasons.end())},
                    {"lost_images", JsonArray(one.lost_images.begin(), one.lost_images.end())},
                    {"manifest", std::move(manifest)},
                    {"figures", std::move(figures)},
                    {"flips_of", one.flips_of},
                    {"flips", std::move(list)}};
}

}  // namespace

Json to_json(const Comparison& comparison) {
  JsonArray cases;
  for (const CaseComparison& one : comparison.cases) cases.push_back(case_json(one));
  return JsonObject{
      {"version", 1},
      {"passed", comparison.passed()},
      {"alpha", comparison.alpha},
      {"watched", static_cast<std::int64_t>(comparison.watched)},
      {"only_after", JsonArray(comparison.only_after.begin(), comparison.only_after.end())},
      {"cases", std::move(cases)}};
}

}  // namespace bench
