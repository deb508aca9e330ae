// Face verification answers, in any of three forms:
//
// * FILE, whose first line is "# distance" or "# similarity": one number per pair, in the order of
//   pairs.txt (read_lfw_pair_scores).
// * FILE with one line per image: its id ("Abel_Pacheco/Abel_Pacheco_0001", with or without folder
//   and ending), then the values of its embedding.
// * FILE.npy, an array of one row per image, and beside it FILE_names.txt with their ids, one per
// line.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "bench/predictions/npy.h"
#include "bench/predictions/readers.h"
#include "bench/predictions/sightings.h"
#include "bench/predictions/text.h"
#include "models/error.h"

namespace bench {
namespace {

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw Error(Fault::bad_data, fmt::format("{}:{}: {}", file, line, what));
}

enum class Content { distances, similarities, bare_numbers, embeddings };

/// Told from the first line, and without a comment from the first two fields.
Content content_of(std::string_view text) {
  Lines lines(text);
  while (const auto line = lines.next()) {
    Fields fields(*line);
    auto field = fields.next();
    if (!field) continue;
    if (field->starts_with('#')) {
      const auto word = *field == "#" ? fields.next().value_or("") : field->substr(1);
      if (word == "distance") return Content::distances;
      if (word == "similarity") return Content::similarities;
      continue;
    }
    return parse_number(*field) && !fields.next() ? Content::bare_numbers : Content::embeddings;
  }
  return Content::embeddings;
}

std::vector<FacePair> pairs_in_order(const Dataset& dataset) {
  std::vector<FacePair> pairs;
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    const Truth truth = dataset.truth(i);
    const auto& own = std::get<std::vector<FacePair>>(truth);
    pairs.insert(pairs.end(), own.begin(), own.end());
  }
  std::ranges::sort(pairs, {}, &FacePair::index);
  return pairs;
}

std::vector<double> read_numbers(const std::string& path, std::string_view text, double low,
                                 double high, std::vector<std::string>& warnings) {
  std::vector<double> numbers;
  Sightings outside;
  Lines lines(text);
  while (const auto line = lines.next()) {
    Fields fields(*line);
    const auto field = fields.next();
    if (!field || field->starts_with('#')) continue;
    const auto number = parse_number(*field);
    if (!number || fields.next()) {
      fail(path, lines.number(), fmt::format("'{}' is not one number", *line));
    }
    constexpr double rounding = 1e-6;
    if (!(*number >= low - rounding && *number <= high + rounding))
      outside.add(path, lines.number());
    numbers.push_back(*number);
  }
  outside.warn(warnings, fmt::format("values lie outside {}..{}", low, high));
  return numbers;
}

/// Warns where people who are the same lie farther apart than those who are not.
void check_direction(const PairScores& scores, std::vector<std::string>& warnings) {
  double sum[2] = {0, 0}, count[2] = {0, 0};
  for (const ScoredPair& pair : scores.pairs) {
    sum[pair.same] += pair.distance;
    ++count[pair.same];
  }
  if (sum[1] * count[0] > sum[0] * count[1]) {
    warnings.push_back(
        "pairs of the same person lie farther apart than others on average: is the first "
        "line's '# distance' or '# similarity' the right one?");
  }
}

/// Finds a data set's images by id, by id with an ending, or by file name alone.
class ImageNames {
 public:
  explicit ImageNames(const Dataset& dataset) {
    for (std::size_t i = 0; i < dataset.size(); ++i) {
      const std::string& id = dataset.id(i);
      by_name_.emplace(id, &id);
      by_name_.emplace(id.substr(id.rfind('/') + 1), &id);
    }
  }
  const std::string* find(std::string_view name) const {
    for (const std::string_view ending : {".jpg", ".jpeg", ".png"}) {
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    }
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::string, const std::string*, std::less<>> by_name_;
};

/// Collects embeddings by id, with the faults and warnings that belong to them.
class Collector {
 public:
  Collector(const Dataset& dataset, std::string file)
      : dataset_(dataset), names_(dataset), file_(std::move(file)) {}

  void add(std::string_view name, int line, Embedding embedding) {
    if (width_ == 0) width_ = embedding.values.size();
    if (embedding.values.empty() || embedding.values.size() != width_) {
      fail(file_, line,
           fmt::format("the embedding of '{}' has {} values where {} are expected", name,
                       embedding.values.size(), std::max<std::size_t>(width_, 1)));
    }
    const std::string* id = names_.find(name);
    if (!id) {
      unknown_.add(file_, line);
      return;
    }
    if (!predictions_.answers.emplace(*id, std::move(embedding)).second) {
      fail(file_, line, fmt::format("'{}' has an embedding already", *id));
    }
  }

  Predictions finish(std::vector<std::string> files) {
    Sightings missing;
    for (std::size_t i = 0; i < dataset_.size(); ++i) {
      if (!predictions_.answers.contains(dataset_.id(i))) missing.add(dataset_.id(i));
    }
    if (predictions_.answers.empty() && dataset_.size() > 0) {
      throw Error(Fault::bad_data,
                  fmt::format("{}: holds no embedding of the data set's {} images (first: "
                              "'{}')",
                              file_, dataset_.size(), dataset_.id(0)));
    }
    missing.warn(predictions_.warnings,
                 fmt::format("of {} images have no embedding", dataset_.size()));
    unknown_.warn(predictions_.warnings,
                  "embeddings belong to no image of the data set: passed over");
    predictions_.files = std::move(files);
    return std::move(predictions_);
  }

 private:
  const Dataset& dataset_;
  ImageNames names_;
  std::string file_;
  std::size_t width_ = 0;
  Sightings unknown_;
  Predictions predictions_;
};

Predictions read_text_embeddings(const std::string& path, std::string_view text,
                                 const Dataset& dataset) {
  Collector collector(dataset, path);
  Lines lines(text);
  while (const auto line = lines.next()) {
    Fields fields(*line);
    const auto name = fields.next();
    if (!name || name->starts_with('#')) continue;
    Embedding embedding;
    while (const auto field = fields.next()) {
      const auto value = parse_number(*field);
      if (!value) {
        fail(path, lines.number(),
             fmt::format("value {}, '{}', is not a number", embedding.values.size() + 1, *field));
      }
      embedding.values.push_back(static_cast<float>(*value));
    }
    collector.add(*name, lines.number(), std::move(embedding));
  }
  return collector.finish({path});
}

Predictions read_npy_embeddings(const std::string& path, const Dataset& dataset) {
  const std::string names_path = path.substr(0, path.size() - 4) + "_names.txt";
  const FloatRows rows = read_npy(path);
  if (!std::filesystem::exists(names_path)) {
    throw Error(Fault::missing,
                fmt::format("{}: not there; it should hold the ids of the {} rows of {}, one "
                            "per line",
                            names_path, rows.rows, path));
  }
  const std::string text = read_text(names_path);
  Collector collector(dataset, names_path);
  Lines lines(text);
  std::size_t row = 0;
  while (const auto line = lines.next()) {
    const auto name = Fields(*line).next();
    if (!name) continue;
    if (row < rows.rows) {
      const auto values = std::span(rows.values).subspan(row * rows.columns, rows.columns);
      collector.add(*name, lines.number(), {{values.begin(), values.end()}});
    }
    ++row;
  }
  if (row != rows.rows) {
    throw Error(Fault::bad_data, fmt::format("{} names {} images, but {} has {} rows", names_path,
                                             row, path, rows.rows));
  }
  return collector.finish({path, names_path});
}

}  // namespace

std::optional<PairScores> read_lfw_pair_scores(const std::string& path, const Dataset& dataset) {
  if (path.ends_with(".npy")) return std::nullopt;
  const std::string text = read_text(path);
  const Content content = content_of(text);
  if (content == Content::embeddings) return std::nullopt;
  if (content == Content::bare_numbers) {
    throw Error(Fault::usage,
                fmt::format("{}: one number per line, but of what? Let the first line say "
                            "'# distance' (squared L2 of unit vectors) or '# similarity' (cosine)",
                            path));
  }
  PairScores scores;
  const bool similar = content == Content::similarities;
  const std::vector<double> numbers =
      read_numbers(path, text, similar ? -1 : 0, similar ? 1 : 4, scores.warnings);
  const std::vector<FacePair> pairs = pairs_in_order(dataset);
  if (numbers.size() != pairs.size()) {
    throw Error(Fault::bad_data,
                fmt::format("{}: holds {} numbers, but the data set lists {} pairs", path,
                            numbers.size(), pairs.size()));
  }
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    scores.pairs.push_back({.fold = pairs[p].fold,
                            .same = pairs[p].same,
                            .distance = similar ? 2 - 2 * numbers[p] : numbers[p]});
  }
  check_direction(scores, scores.warnings);
  return scores;
}

Predictions read_lfw_predictions(const std::string& path, const Dataset& dataset) {
  if (path.ends_with(".npy")) return read_npy_embeddings(path, dataset);
  const std::string text = read_text(path);
  if (content_of(text) != Content::embeddings) {
    throw Error(Fault::usage,
                fmt::format("{}: holds one number per line, where embeddings are needed", path));
  }
  return read_text_embeddings(path, text, dataset);
}

}  // namespace bench
