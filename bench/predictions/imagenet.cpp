// A CSV with one line per image. With a header its columns may come in any order:
//
//     file,label,top1,top2,top3,top4,top5,s1,s2,s3,s4,s5
//     n01440764_tench.JPEG,0,27,0,1,31,40,-27.97,-28.11,-28.99,-29.82,-30.85
//
// topK are classes from 0 in the order of sorted synsets, best first; sK (optional) their scores;
// label (optional) is compared with the ground truth. Any number of classes may be listed: ties at
// rank five are seen only if the sixth is there. Without a header: file, then 1 to 5 classes, or
// label and 5 classes, or either with 5 scores.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "bench/predictions/readers.h"
#include "bench/predictions/sightings.h"
#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

/// Which fields hold what.
struct Columns {
  std::size_t file = 0, count = 0;
  std::optional<std::size_t> label;
  std::vector<std::size_t> classes, scores;
};

struct Findings {
  Sightings unknown, other_label, unsorted, tied, missing;
  std::size_t images = 0, hits = 0, hits_one_less = 0;
};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// Column "PREFIX1", "PREFIX2", ... as far as they go.
std::vector<std::size_t> numbered(const std::vector<std::string>& names,
                                  const std::string& prefix) {
  std::vector<std::size_t> columns;
  for (;;) {
    const auto name = prefix + std::to_string(columns.size() + 1);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return columns;
    columns.push_back(static_cast<std::size_t>(found - names.begin()));
  }
}

std::optional<std::size_t> named(const std::vector<std::string>& names,
                                 std::initializer_list<const char*> choices) {
  const auto found = std::find_first_of(names.begin(), names.end(), choices.begin(), choices.end());
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

/// Nothing if this is no header.
std::optional<Columns> from_header(std::vector<std::string> names) {
  for (std::string& name : names) name = lower(name);
  const auto file = named(names, {"file", "filename", "image", "id", "name"});
  auto classes = numbered(names, "top");
  if (!file || classes.empty()) return std::nullopt;
  auto scores = numbered(names, "s");
  if (scores.size() != classes.size()) scores.clear();  // ranks then speak for themselves
  return Columns{*file, names.size(), named(names, {"label", "truth"}), classes, scores};
}

std::optional<Columns> from_count(std::size_t fields) {
  if (fields < 2) return std::nullopt;
  Columns columns{0, fields, std::nullopt, {}, {}};
  const bool scored = fields == 11 || fields == 12;
  if (fields > 6 && fields != 7 && !scored) return std::nullopt;
  std::size_t next = 1;
  if (fields == 7 || fields == 12) columns.label = next++;
  const std::size_t classes = fields > 6 ? 5 : fields - 1;
  for (std::size_t i = 0; i < classes; ++i) columns.classes.push_back(next++);
  for (std::size_t i = 0; i < classes && scored; ++i) columns.scores.push_back(next++);
  return columns;
}

std::string_view bare(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  const auto dot = file.rfind('.');
  const std::string ending =
      dot == std::string_view::npos ? "" : lower(std::string(file.substr(dot)));
  const bool image = ending == ".jpeg" || ending == ".jpg" || ending == ".png";
  return image ? file.substr(0, dot) : file;
}

class Reader {
 public:
  Reader(const std::string& path, const Dataset& dataset) : path_(path), dataset_(dataset) {
    for (std::size_t i = 0; i < dataset.size(); ++i) {
      by_id_.emplace(dataset.id(i), i);
      const bool fresh = by_stem_.emplace(bare(dataset.id(i)), i).second;
      if (!fresh) by_stem_[bare(dataset.id(i))] = ambiguous;
    }
    if (!dataset.class_names().empty()) classes_ = static_cast<int>(dataset.class_names().size());
  }

  void read(const Line& line, const Columns& columns, Predictions& predictions) {
    const auto fields = csv_fields_of(line.text);
    if (fields.size() != columns.count) {
      fail(line,
           fmt::format("{} fields where the first line has {}", fields.size(), columns.count));
    }
    const ClassScores scores = parse(line, fields, columns);
    const auto image = find(line, fields[columns.file]);
    if (!image) return findings.unknown.add(place(line) + ", " + fields[columns.file]);
    if (!predictions.answers.emplace(dataset_.id(*image), scores).second) {
      fail(line, "image " + dataset_.id(*image) + " has had its line already");
    }
    compare(line, fields, columns, *image, scores);
  }

  Findings findings;

 private:
  static constexpr std::size_t ambiguous = static_cast<std::size_t>(-1);

  [[noreturn]] void fail(const Line& line, const std::string& what) const {
    throw Error(Fault::bad_data, place(line) + ": " + what);
  }

  std::string place(const Line& line) const { return fmt::format("{}:{}", path_, line.number); }

  std::optional<std::size_t> find(const Line& line, const std::string& file) const {
    if (const auto found = by_id_.find(file); found != by_id_.end()) return found->second;
    const auto found = by_stem_.find(bare(file));
    if (found == by_stem_.end()) return std::nullopt;
    if (found->second == ambiguous) {
      fail(line, fmt::format("several images are called {}; give the folder too, as in {}", file,
                             dataset_.id(0)));
    }
    return found->second;
  }

  int parse_class(const Line& line, const std::string& field) const {
    const auto value = to_int(field);
    if (!value) fail(line, fmt::format("'{}' is not a whole number", field));
    if (*value >= 0 && *value < classes_) return *value;
    fail(line, fmt::format("class {} is not within 0..{}{}", *value, classes_ - 1,
                           *value == classes_ ? "; are these counted from 1, or with a background "
                                                "class at 0? Then subtract 1 from all"
                                              : ""));
  }

  ClassScores parse(const Line& line, const std::vector<std::string>& fields,
                    const Columns& columns) {
    ClassScores scores;
    for (std::size_t i = 0; i < columns.classes.size(); ++i) {
      const int label = parse_class(line, fields[columns.classes[i]]);
      for (const ScoredClass& other : scores.best) {
        if (other.label == label) fail(line, fmt::format("class {} is listed twice", label));
      }
      auto score = static_cast<float>(columns.classes.size() - i);
      if (!columns.scores.empty()) score = parse_score(line, fields[columns.scores[i]]);
      scores.best.push_back({label, score});
    }
    note_order(line, scores);
    return scores;
  }

  float parse_score(const Line& line, const std::string& field) const {
    const auto value = to_double(field);
    if (!value || !std::isfinite(*value)) {
      fail(line, fmt::format("'{}' is not a finite number", field));
    }
    return static_cast<float>(*value);
  }

  void note_order(const Line& line, ClassScores& scores) {
    const auto before = [](const ScoredClass& a, const ScoredClass& b) {
      return a.score != b.score ? a.score > b.score : a.label < b.label;
    };
    auto& best = scores.best;
    for (std::size_t i = 1; i < best.size(); ++i) {
      if (best[i].score > best[i - 1].score) {
        findings.unsorted.add(path_, line.number);
        break;
      }
    }
    const bool tie = std::adjacent_find(best.begin(), best.end(), [](auto& a, auto& b) {
                       return a.score == b.score;
                     }) != best.end();
    if (tie) findings.tied.add(path_, line.number);
    std::sort(best.begin(), best.end(), before);
  }

  void compare(const Line& line, const std::vector<std::string>& fields, const Columns& columns,
               std::size_t image, const ClassScores& scores) {
    const Truth truth = dataset_.truth(image);
    const auto* label = std::get_if<ClassLabel>(&truth);
    if (!label) return;
    ++findings.images;
    findings.hits += scores.best[0].label == label->index;
    findings.hits_one_less += scores.best[0].label - 1 == label->index;
    if (!columns.label) return;
    const int given = parse_class(line, fields[*columns.label]);
    if (given == label->index) return;
    findings.other_label.add(fmt::format("{}, {} for {}", place(line), given, label->index));
  }

  const std::string& path_;
  const Dataset& dataset_;
  int classes_ = 1000;
  std::unordered_map<std::string_view, std::size_t> by_id_, by_stem_;
};

std::vector<std::string> warnings(const Findings& found, const Columns& columns) {
  std::vector<std::string> list;
  found.missing.warn(list, "images of the data set have no line");
  found.unknown.warn(list, "lines name images that are not in the data set: not scored");
  found.other_label.warn(list, "labels differ from the ground truth: is it the same label space?");
  found.unsorted.warn(list, "lines are not sorted by score: the scores decide");
  if (columns.classes.size() <= 5) {
    found.tied.warn(list,
                    "lines have equal scores; five classes do not show ties at rank five, so the "
                    "bounds of top5 may be wider (add top6,s6,...)");
  }
  if (found.hits_one_less >= 10 && found.hits_one_less > 3 * found.hits) {
    list.push_back(
        fmt::format("{} of {} best classes are the right one plus 1, {} the right one: these look "
                    "counted from 1 or with a background class at 0; subtract 1 from all",
                    found.hits_one_less, found.images, found.hits));
  }
  return list;
}

}  // namespace

Predictions read_imagenet_predictions(const std::string& path, const Dataset& dataset) {
  const std::string text = read_text(std::filesystem::path(path));
  const std::vector<Line> lines = lines_of(text);
  if (lines.empty()) throw Error(Fault::bad_data, path + ": empty; expected file,top1,...,top5");
  auto columns = from_header(csv_fields_of(lines[0].text));
  const std::size_t first = columns ? 1 : 0;
  if (!columns) columns = from_count(csv_fields_of(lines[0].text).size());
  if (!columns) {
    throw Error(Fault::bad_data, path +
                                     ":1: cannot tell the columns; begin with a header: "
                                     "file,top1,top2,top3,top4,top5,s1,s2,s3,s4,s5");
  }
  Predictions predictions{{}, {}, {path}};
  Reader reader(path, dataset);
  for (std::size_t i = first; i < lines.size(); ++i) reader.read(lines[i], *columns, predictions);
  if (predictions.answers.empty()) {
    throw Error(Fault::bad_data,
                fmt::format("{}: no line names an image of the data set such as {}", path,
                            dataset.size() ? dataset.id(0) : "?"));
  }
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    if (!predictions.answers.contains(dataset.id(i))) reader.findings.missing.add(dataset.id(i));
  }
  predictions.warnings = warnings(reader.findings, *columns);
  return predictions;
}

}  // namespace bench
