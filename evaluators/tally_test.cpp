#include "evaluators/tally.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/evaluator.h"
#include "evaluators/face_verification.h"
#include "models/error.h"

using namespace bench;

namespace {

std::string name_of(std::size_t i) { return "image " + std::to_string(10 + i); }

double drawn(std::uint64_t stream, std::uint64_t i) {
  return static_cast<double>(random_bits(5, stream, i) >> 11) * 0x1p-53;
}

Box box_at(double x, double size) { return {x, 10, x + size, 10 + size}; }

struct Sampled {
  Truth truth;
  Answer answer;
};

Sampled top_k_sample(std::size_t i) {
  ClassScores scores;
  for (int k = 0; k < 5; ++k) scores.best.push_back({k, 1.f / static_cast<float>(1 + k / 2)});
  return {ClassLabel{static_cast<int>(i % 7)}, scores};
}

Sampled pixel_sample(std::size_t i) {
  LabelMap truth{4, 5, {}}, answer{4, 5, {}};
  for (std::uint64_t p = 0; p < 20; ++p) {
    truth.labels.push_back(static_cast<std::uint8_t>(drawn(i, p) * 3));
    answer.labels.push_back(static_cast<std::uint8_t>(drawn(i + 100, p / 2) * 3));
  }
  return {truth, answer};
}

Sampled face_sample(std::size_t i) {
  std::vector<FaceBox> faces;
  Detections found;
  for (std::uint64_t k = 0; k < 6; ++k) {
    const double x = 100 * static_cast<double>(k);
    faces.push_back({box_at(x, 50), k % 2 == 0, k % 3 == 0, true});
    found.items.push_back({0, drawn(i, k), box_at(x + 40 * drawn(i + 50, k), 50), 0});
  }
  return {faces, found};
}

Sampled object_sample(std::size_t i) {
  std::vector<ObjectBox> objects;
  Detections found;
  for (std::uint64_t k = 0; k < 6; ++k) {
    const double x = 100 * static_cast<double>(k);
    objects.push_back({static_cast<int>(k % 3), box_at(x, 50), k == 5, false});
    // Scores in tenths: there are ties.
    found.items.push_back({static_cast<int>(k % 3), std::floor(10 * drawn(i, k)) / 10,
                           box_at(x + 40 * drawn(i + 50, k), 50), 0});
  }
  return {objects, found};
}

Sampled person_sample(std::size_t i) {
  std::vector<FacePair> pairs;
  const auto index = static_cast<int>(i);
  if (i % 2 == 0) pairs.push_back({index / 2, index / 2 % 3, name_of(i + 1), i % 4 == 0});
  Embedding embedding;
  for (std::uint64_t k = 0; k < 4; ++k) {
    embedding.values.push_back(static_cast<float>(drawn(i / 4, k) + 0.5 * drawn(i + 9, k)));
  }
  return {pairs, embedding};
}

std::unique_ptr<Evaluator> judged(std::string_view name, std::string_view protocol) {
  EvaluatorOptions options{std::string(protocol), {}, false};
  if (name == "voc-map" || name == "mean-iou") options.class_names = {"a", "b", "c"};
  auto evaluator = make_evaluator(name, options);
  for (std::size_t i = 0; i < 24; ++i) {
    const Sampled sample = name == "top-k"          ? top_k_sample(i)
                           : name == "mean-iou"     ? pixel_sample(i)
                           : name == "widerface-ap" ? face_sample(i)
                           : name == "voc-map"      ? object_sample(i)
                                                    : person_sample(i);
    evaluator->add(name_of(i), sample.truth, sample.answer);
  }
  return evaluator;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

const Metric& metric_of(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric;
  }
  throw std::runtime_error("no metric " + name);
}

}  // namespace

TEST_CASE("A tally gives the figures of its evaluator, by every protocol") {
  for (const EvaluatorInfo& info : evaluators()) {
    for (const std::string_view protocol : info.protocols) {
      if (protocol == "deeplab-513-crop") continue;  // pictures of 513 x 513
      CAPTURE(info.name, protocol);
      const auto evaluator = judged(info.name, protocol);
      const std::vector<Metric> metrics = evaluator->result({3, 1});
      const Tally tally = evaluator->tally();
      const TallyFigures figures = figures_of(tally);
      REQUIRE(figures.right.size() == figures.names.size());
      const auto once = figures.values(std::vector<std::uint32_t>(tally.items.size(), 1));
      REQUIRE(once.size() == figures.names.size());
      const auto replicates = bootstrap_values(tally.groups, once.size(), {3, 1}, figures.values);
      for (std::size_t k = 0; k < once.size(); ++k) {
        CAPTURE(figures.names[k]);
        const Metric& metric = metric_of(metrics, figures.names[k]);
        CHECK(same(once[k], metric.value));
        REQUIRE(metric.replicates.size() == 3);
        for (std::size_t r = 0; r < 3; ++r) CHECK(same(replicates[k][r], metric.replicates[r]));
        if (figures.right[k].empty()) continue;
        double right = 0;
        for (const std::uint8_t item : figures.right[k]) right += item;
        CHECK(right / static_cast<double>(tally.items.size()) == Approx(metric.value));
      }
      // Every headline figure has its tally.
      for (const Metric& metric : metrics) {
        if (!metric.headline) continue;
        CHECK(std::count(figures.names.begin(), figures.names.end(), metric.name) == 1);
      }
    }
  }
}

TEST_CASE("Two tallies as one: counting one side's items gives that side's figures") {
  for (const EvaluatorInfo& info : evaluators()) {
    CAPTURE(info.name);
    const Tally tally = judged(info.name, info.protocols.front())->tally();
    const Tally both = interleaved(tally, tally);
    const TallyFigures alone = figures_of(tally), joint = figures_of(both);
    std::vector<std::uint32_t> counts(tally.items.size()), first(both.items.size()),
        second(both.items.size());
    resample(counts, 1, 1);
    for (std::size_t i = 0; i < counts.size(); ++i) first[2 * i] = second[2 * i + 1] = counts[i];
    const auto wanted = alone.values(counts), of_first = joint.values(first),
               of_second = joint.values(second);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      CAPTURE(alone.names[k]);
      CHECK((std::isnan(wanted[k]) || of_first[k] == Approx(wanted[k]).epsilon(1e-12)));
      CHECK((std::isnan(wanted[k]) || of_second[k] == Approx(wanted[k]).epsilon(1e-12)));
    }
  }
}

TEST_CASE("Only figures that are shares of right items say which are right") {
  const Tally classes = judged("top-k", "low-index")->tally();
  const TallyFigures figures = figures_of(classes);
  CHECK(figures.names[0] == "top1");
  // Class 0 wins the tie of 0 and 1, and is right for images 0, 7, 14, 21.
  for (std::size_t i = 0; i < 24; ++i) CHECK(figures.right[0][i] == (i % 7 == 0));
  const Tally by_lot = judged("top-k", "expected")->tally();
  CHECK(figures_of(by_lot).right[0].empty());
  const Tally faces = judged("widerface-ap", "matlab")->tally();
  CHECK(figures_of(faces).right[0].empty());
  const Tally pairs = judged("face-verification", "insightface")->tally();
  CHECK(pairs.items[0] == "image 10 & image 11");
  CHECK(pairs.groups == std::vector<std::size_t>{4, 4, 4});
  CHECK(figures_of(pairs).right[0].size() == 12);
}

TEST_CASE("Pairs that were compared elsewhere have the tally of their figures") {
  std::vector<ScoredPair> pairs;
  for (std::uint64_t p = 0; p < 60; ++p) {
    pairs.push_back({static_cast<int>(p % 3), p % 2 == 0, 4 * drawn(1, p)});
  }
  const auto metrics = verify(pairs, "insightface", {0, 1});
  const Tally tally = pairs_tally(pairs, "insightface");
  CHECK(tally.items[1] == "pair 4");  // the second of fold 0
  const TallyFigures figures = figures_of(tally);
  CHECK(figures.names[0] == "accuracy");
  CHECK(figures.values(std::vector<std::uint32_t>(60, 1))[0] ==
        metric_of(metrics, "accuracy").value);
}

TEST_CASE("A tally that cannot be one is refused") {
  Tally tally = judged("widerface-ap", "matlab")->tally();
  const auto refused = [](Tally broken, const char* words) {
    CHECK_THROWS_WITH(figures_of(broken), Catch::Contains(words));
  };
  Tally broken = tally;
  broken.rows[3].pop_back();
  refused(broken, "not whole");
  broken = tally;
  broken.rows[3][broken.width] = 1000;
  refused(broken, "beyond the last");
  broken = tally;
  broken.groups = {3};
  refused(broken, "groups");
  broken = tally;
  broken.evaluator = "taste";
  refused(broken, "taste");
  broken = tally;
  broken.protocol = "taste";
  refused(broken, "taste");
  broken = tally;
  broken.rows.pop_back();
  refused(broken, "not every image");
  Tally objects = judged("voc-map", "voc")->tally();
  objects.rows[0][0] = 3;
  refused(objects, "no such class");
  // Sizes whose sum, with 64 bits, is that of the images.
  broken = tally;
  broken.groups = {std::size_t{1} << 63, std::size_t{1} << 63, tally.items.size()};
  refused(broken, "groups");
}

TEST_CASE("A number of a tally that is another gives figures or one Error") {
  for (const EvaluatorInfo& info : evaluators()) {
    CAPTURE(info.name);
    const Tally tally = judged(info.name, info.protocols.front())->tally();
    const std::vector<std::uint32_t> once(tally.items.size(), 1);
    int refused = 0;
    for (const double number : {double(NAN), double(INFINITY), -1.0, 0.5, 1e6, 0x1p40, 1e300}) {
      for (std::size_t k = 0; k < tally.width; ++k) {
        Tally broken = tally;
        broken.rows[2].at(broken.rows[2].size() - tally.width + k) = number;
        try {
          const TallyFigures figures = figures_of(broken);
          CHECK(figures.values(once).size() == figures.names.size());
        } catch (const Error& error) {
          CHECK(error.fault() == Fault::bad_data);
          CHECK_THAT(error.what(), Catch::StartsWith("tally of " + std::string(info.name)));
          ++refused;
        }
      }
    }
    CHECK(refused >= static_cast<int>(2 * tally.width));  // no number is infinite
  }
}
