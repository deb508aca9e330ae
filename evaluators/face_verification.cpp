#include "evaluators/face_verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "evaluators/face_compare.h"
#include "evaluators/face_folds.h"
#include "models/error.h"

namespace bench {
namespace {

/// A line of pairs.txt with both ids.
struct ListedPair {
  FacePair pair;
  std::string first;
};

struct Face {
  Embedding embedding;
  std::vector<FacePair> pairs;
};

/// Pairs sorted by fold, and what they are called.
struct Compared {
  ComparedPairs pairs;
  std::vector<std::string> names;
  std::size_t listed = 0;
};

Tally tally_of(const ComparedPairs& pairs, std::vector<std::string> names,
               std::string_view protocol) {
  Tally tally{"face-verification", std::string(protocol),      {}, std::move(names),
              pairs.fold_sizes,    1 + pairs.distances.size(), {}};
  for (std::size_t p = 0; p < pairs.same.size(); ++p) {
    std::vector<double>& row = tally.rows.emplace_back();
    row.push_back(pairs.same[p]);
    for (const std::vector<double>& distances : pairs.distances) row.push_back(distances[p]);
  }
  return tally;
}

ComparedPairs pairs_of(const Tally& tally) {
  ComparedPairs pairs{tally.groups, {}, std::vector<std::vector<double>>(tally.width - 1)};
  for (std::size_t p = 0; p < tally.rows.size(); ++p) {
    if (tally.rows[p].size() != tally.width) {
      throw Error(Fault::bad_data, "tally of face-verification: not one row for " + tally.items[p]);
    }
    pairs.same.push_back(tally.rows[p][0] != 0);
    for (std::size_t k = 0; k + 1 < tally.width; ++k) {
      pairs.distances[k].push_back(tally.rows[p][k + 1]);
    }
  }
  return pairs;
}

class FaceVerification final : public Evaluator {
 public:
  FaceVerification(const FaceProtocol& protocol, bool partial)
      : protocol_(protocol), partial_(partial) {}

  void add(const std::string& id, const Truth& truth, const Answer& answer) override;
  void merge(const Evaluator& other) override;
  std::vector<Metric> result(const Bootstrap& bootstrap) const override;
  Tally tally() const override;
  std::vector<std::string> warnings() const override;
  std::string protocol() const override {
    return fmt::format("face-verification {}: {}; folds of pairs.txt", protocol_.name,
                       protocol_.about);
  }

 private:
  void insert(const std::string& id, const Face& face);
  std::vector<ListedPair> listed_pairs() const;
  std::map<std::string, FaceVector> vectors() const;
  Compared compare() const;
  std::string count_images(bool (*holds)(float)) const;

  const FaceProtocol& protocol_;
  bool partial_;
  std::map<std::string, Face> faces_;
};

void FaceVerification::insert(const std::string& id, const Face& face) {
  const std::size_t width = face.embedding.values.size();
  if (!faces_.empty() && faces_.begin()->second.embedding.values.size() != width) {
    throw Error(
        Fault::bad_data,
        fmt::format("face-verification: the embedding of '{}' has {} values, that of '{}' {}", id,
                    width, faces_.begin()->first, faces_.begin()->second.embedding.values.size()));
  }
  if (!faces_.emplace(id, face).second) {
    throw Error(Fault::bad_data, fmt::format("face-verification: image '{}' was added twice", id));
  }
}

void FaceVerification::add(const std::string& id, const Truth& truth, const Answer& answer) {
  const auto* pairs = std::get_if<std::vector<FacePair>>(&truth);
  const auto* embedding = std::get_if<Embedding>(&answer);
  if (!pairs || !embedding) {
    throw Error(Fault::bad_data, fmt::format("face-verification: image '{}' {}", id,
                                             pairs ? "was not answered with an embedding"
                                                   : "has no pairs for ground truth"));
  }
  if (embedding->values.empty()) {
    throw Error(Fault::bad_data,
                fmt::format("face-verification: the embedding of '{}' is empty", id));
  }
  insert(id, {*embedding, *pairs});
}

void FaceVerification::merge(const Evaluator& other) {
  const auto* same = dynamic_cast<const FaceVerification*>(&other);
  if (!same || &same->protocol_ != &protocol_) {
    throw Error(Fault::usage,
                fmt::format("cannot merge '{}' into '{}'", other.protocol(), protocol()));
  }
  for (const auto& [id, face] : same->faces_) insert(id, face);
}

/// In the order of pairs.txt.
std::vector<ListedPair> FaceVerification::listed_pairs() const {
  std::vector<ListedPair> listed;
  for (const auto& [id, face] : faces_) {
    for (const FacePair& pair : face.pairs) listed.push_back({pair, id});
  }
  std::ranges::sort(listed, {}, [](const ListedPair& each) { return each.pair.index; });
  for (std::size_t p = 1; p < listed.size(); ++p) {
    if (listed[p].pair.index == listed[p - 1].pair.index) {
      throw Error(Fault::bad_data,
                  fmt::format("face-verification: pair {} belongs to '{}' and to '{}'",
                              listed[p].pair.index, listed[p - 1].first, listed[p].first));
    }
  }
  return listed;
}

std::map<std::string, FaceVector> FaceVerification::vectors() const {
  std::map<std::string, FaceVector> vectors;
  for (const auto& [id, face] : faces_) {
    FaceVector vector(face.embedding.values.begin(), face.embedding.values.end());
    vectors[id] = protocol_.unit_before_mean ? unit_vector(std::move(vector)) : std::move(vector);
  }
  return vectors;
}

Compared FaceVerification::compare() const {
  const std::vector<ListedPair> listed = listed_pairs();
  const std::map<std::string, FaceVector> by_id = vectors();
  std::vector<VectorPair> pairs;
  std::vector<std::pair<int, std::string>> names;  // with their folds
  for (const auto& [pair, first] : listed) {
    const auto second = by_id.find(pair.other);
    if (second != by_id.end()) {
      pairs.push_back({pair.fold, pair.same, &by_id.at(first), &second->second});
      names.emplace_back(pair.fold, first + " & " + pair.other);
    } else if (!partial_) {
      throw Error(
          Fault::bad_data,
          fmt::format("face-verification: image '{}' has no embedding, but pair {} of pairs.txt "
                      "(with '{}') needs it; every listed image must be answered",
                      pair.other, pair.index + 1, first));
    }
  }
  std::ranges::stable_sort(names, {}, &std::pair<int, std::string>::first);  // as compare_faces
  Compared compared{compare_faces(std::move(pairs), protocol_), {}, listed.size()};
  for (auto& [fold, name] : names) compared.names.push_back(std::move(name));
  return compared;
}

Tally FaceVerification::tally() const {
  const Compared compared = compare();
  return tally_of(compared.pairs, compared.names, protocol_.name);
}

std::vector<Metric> FaceVerification::result(const Bootstrap& bootstrap) const {
  const Compared compared = compare();
  std::vector<Metric> metrics = verification_figures(compared.pairs, protocol_, bootstrap);
  metrics.push_back({"pairs_listed", static_cast<double>(compared.listed), {}, "pairs", false});
  metrics.push_back({"images", static_cast<double>(faces_.size()), {}, "images", false});
  return metrics;
}

/// "2 images (first: ...)" whose values all hold, or nothing.
std::string FaceVerification::count_images(bool (*holds)(float)) const {
  std::size_t count = 0;
  std::string first;
  for (const auto& [id, face] : faces_) {
    if (std::ranges::all_of(face.embedding.values, holds) && count++ == 0) first = id;
  }
  return count == 0 ? "" : fmt::format("{} of {} images (first: {})", count, faces_.size(), first);
}

std::vector<std::string> FaceVerification::warnings() const {
  std::vector<std::string> warnings;
  if (protocol_.choice == ThresholdChoice::in_sample) {
    warnings.push_back("optimistic: the threshold was chosen on the very pairs it is judged by");
  }
  std::size_t listed = 0, lacking = 0, broken = 0;
  std::string first;
  for (const auto& [id, face] : faces_) {
    for (const FacePair& pair : face.pairs) {
      ++listed;
      if (!faces_.contains(pair.other) && lacking++ == 0) first = pair.other;
    }
    broken += !std::ranges::all_of(face.embedding.values, [](float v) { return std::isfinite(v); });
  }
  if (lacking > 0) {
    warnings.push_back(
        fmt::format("{} of the {} pairs listed with these images were scored; images without "
                    "an embedding: {}, ...",
                    listed - lacking, listed, first));
  }
  if (broken > 0) {
    warnings.push_back(
        fmt::format("embeddings hold NaN or infinity in {} of {} images: their pairs count as "
                    "different people",
                    broken, faces_.size()));
  }
  if (const std::string zeros = count_images([](float v) { return v == 0; }); !zeros.empty()) {
    warnings.push_back("embeddings are all zeros in " + zeros);
  }
  return warnings;
}

}  // namespace

EvaluatorInfo face_verification_info() {
  return {"face-verification", "face verification on pairs: 10-fold accuracy, TAR at FAR, AUC, EER",
          face_protocol_names()};
}

std::unique_ptr<Evaluator> make_face_verification(const EvaluatorOptions& options) {
  return std::make_unique<FaceVerification>(find_face_protocol(options.protocol), options.partial);
}

namespace {

ComparedPairs compare_scored(std::span<const ScoredPair> pairs, const FaceProtocol& protocol) {
  if (protocol.subtract_mean) {
    throw Error(Fault::usage,
                fmt::format("protocol '{}' subtracts a mean embedding: it needs embeddings, "
                            "not distances of pairs",
                            protocol.name));
  }
  return compare_faces(std::vector(pairs.begin(), pairs.end()), protocol);
}

}  // namespace

std::vector<Metric> verify(std::span<const ScoredPair> pairs, std::string_view protocol,
                           const Bootstrap& bootstrap) {
  const FaceProtocol& chosen = find_face_protocol(protocol);
  return verification_figures(compare_scored(pairs, chosen), chosen, bootstrap);
}

Tally pairs_tally(std::span<const ScoredPair> pairs, std::string_view protocol) {
  const FaceProtocol& chosen = find_face_protocol(protocol);
  std::vector<std::pair<int, std::string>> numbers;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    numbers.emplace_back(pairs[p].fold, fmt::format("pair {}", p + 1));
  }
  std::ranges::stable_sort(numbers, {}, &std::pair<int, std::string>::first);
  std::vector<std::string> names;
  for (auto& [fold, name] : numbers) names.push_back(std::move(name));
  return tally_of(compare_scored(pairs, chosen), std::move(names), chosen.name);
}

TallyFigures face_figures(const Tally& tally) {
  const FaceProtocol& protocol = find_face_protocol(tally.protocol);
  const std::size_t tested = tally.width - 1;
  if (tested == 0 || (tested > 1 && tested != tally.groups.size())) {
    throw Error(Fault::bad_data, "tally of face-verification: a distance for each fold, or one");
  }
  return verification_tally(pairs_of(tally), protocol);
}

}  // namespace bench
