#include "evaluators/face_verification.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "evaluators/bootstrap.h"
#include "models/error.h"

using namespace bench;

namespace {

constexpr Bootstrap none{.replicates = 0, .seed = 1};

double value(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return metric.value;
  }
  FAIL("no metric " << name);
  return 0;
}

/// Two folds of one same and one different pair:   same 0.105   0.205
///                                            different 0.305   0.155
const std::vector<ScoredPair> four_pairs = {
    {0, true, 0.105}, {0, false, 0.305}, {1, true, 0.205}, {1, false, 0.155}};

std::unique_ptr<Evaluator> evaluator(const std::string& protocol = "insightface",
                                     bool partial = false) {
  return make_face_verification({.protocol = protocol, .class_names = {}, .partial = partial});
}

struct Pair {
  std::vector<float> first, second;
  bool same = false;
};

/// Every fold holds these same pairs.
std::vector<Metric> verify_vectors(const std::vector<Pair>& fold, const std::string& protocol) {
  const auto judge = evaluator(protocol);
  int index = 0;
  for (int f = 0; f < 2; ++f) {
    for (const Pair& pair : fold) {
      const std::string id = std::to_string(index);
      judge->add("a" + id, std::vector{FacePair{index, f, "b" + id, pair.same}},
                 Embedding{pair.first});
      judge->add("b" + id, std::vector<FacePair>{}, Embedding{pair.second});
      ++index;
    }
  }
  return judge->result(none);
}

struct Image {
  std::string id;
  std::vector<FacePair> pairs;
  Embedding embedding;
};

/// 60 people with two images each, four folds, noise that makes some pairs hard.
std::vector<Image> many_images() {
  std::vector<Image> images;
  const auto name = [](int person, int view) {
    return std::to_string(person) + "_" + std::to_string(view);
  };
  for (int person = 0; person < 60; ++person) {
    for (int view = 0; view < 2; ++view) {
      Image image{name(person, view), {}, {}};
      for (std::uint64_t i = 0; i < 8; ++i) {
        const auto draw = [&](std::uint64_t stream) {
          return static_cast<float>(random_bits(1, stream, i) % 1000) / 1000.0f - 0.5f;
        };
        const auto who = static_cast<std::uint64_t>(person);
        image.embedding.values.push_back(
            draw(who) + 0.6f * draw(1000 + who * 2 + static_cast<std::uint64_t>(view)));
      }
      const int fold = person / 15;
      if (view == 0) {
        image.pairs = {{2 * person, fold, name(person, 1), true},
                       {2 * person + 1, fold, name((person + 7) % 60, 1), false}};
      }
      images.push_back(image);
    }
  }
  return images;
}

void check_same(const std::vector<Metric>& a, const std::vector<Metric>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO(a[i].name);
    CHECK(a[i].name == b[i].name);
    CHECK(a[i].value == b[i].value);  // to the bit
    REQUIRE(a[i].interval95.has_value() == b[i].interval95.has_value());
    if (!a[i].interval95) continue;
    CHECK(a[i].interval95->low == b[i].interval95->low);
    CHECK(a[i].interval95->high == b[i].interval95->high);
  }
}

}  // namespace

TEST_CASE("face-verification: insightface by hand") {
  const auto metrics = verify(four_pairs, "insightface", none);
  // Fold 1 is tested with what fold 2 chooses: 1 of 2 right up to t = 0.15 (both rejected), 0 up to
  // 0.20, 1 from 0.21 on (both accepted). The first maximum is t = 0: both of fold 1 rejected.
  CHECK(value(metrics, "threshold.fold1") == 0);
  CHECK(value(metrics, "accuracy.fold1") == 0.5);
  // Fold 1 chooses the first t above 0.105; it rejects both of fold 2.
  CHECK(value(metrics, "threshold.fold2") == 11 * 0.01);
  CHECK(value(metrics, "accuracy.fold2") == 0.5);
  CHECK(value(metrics, "accuracy") == 0.5);
  CHECK(value(metrics, "accuracy_std") == 0);
  // Of the four (same, different) combinations only 0.205 > 0.155 is the wrong way round.
  CHECK(value(metrics, "auc_exact") == 0.75);
  // No false accept is allowed of 2 pairs: below 0.155 lies one same pair of two.
  CHECK(value(metrics, "tar_at_far_0.1_exact") == 0.5);
  CHECK(value(metrics, "pairs") == 4);
  // Mean curve over t: (0, 0), same accepted in fold 1: (0, .5), different in fold 2: (.5, .5),
  // same in fold 2: (.5, 1), different in fold 1: (1, 1). Area .5 * .5 + .5 * 1; 1 - fpr = tpr at
  // (.5, .5).
  CHECK(value(metrics, "auc") == 0.75);
  CHECK(value(metrics, "eer") == 0.5);
  CHECK(metrics[0].name == "accuracy");
  CHECK(metrics[0].headline);
}

TEST_CASE("face-verification: TAR at FAR by hand") {
  // Training folds are alike, with one different pair at 1.0: the false accept rate is 0 up to
  // t = 1.000 (not less than 1.0) and 1 from 1.001 on. Interpolated for 1/1000: 1.000001, which
  // accepts the pair at 1.0 of the other fold; floor: 1.000, which does not.
  const std::vector<ScoredPair> pairs = {
      {0, true, 0.5}, {0, false, 1.0}, {1, true, 1.0}, {1, false, 1.0}};
  const auto metrics = verify(pairs, "facenet", none);
  CHECK(value(metrics, "tar_at_far_0.001_linear") == 1);
  CHECK(value(metrics, "tar_at_far_0.001_linear_far") == 1);
  CHECK(value(metrics, "tar_at_far_0.001_floor") == 0.5);
  CHECK(value(metrics, "tar_at_far_0.001_floor_std") == 0.5);
  CHECK(value(metrics, "tar_at_far_0.001_floor_far") == 0);
}

TEST_CASE("face-verification: openface stops at the first decrease") {
  const auto metrics = verify(four_pairs, "openface", none);
  // Fold 2 stays at 1 of 2 until 0.15, falls at 0.16. That is right for both of fold 1.
  CHECK(value(metrics, "threshold.fold1") == 15 * 0.01);
  CHECK(value(metrics, "accuracy.fold1") == 1);
  // Fold 1 is right twice from 0.11 to 0.30, falls at 0.31. Fold 2 is accepted, both pairs.
  CHECK(value(metrics, "threshold.fold2") == 30 * 0.01);
  CHECK(value(metrics, "accuracy.fold2") == 0.5);
  CHECK(value(metrics, "accuracy") == 0.75);
  CHECK(value(metrics, "accuracy_std") == 0.25);
}

TEST_CASE("face-verification: cosface takes the last maximum of the cosine") {
  // Cosines 1 - d / 2: same .9475 .8975, different .8475 .9225. Fold 2 is never right more than
  // once, last so at .995. Fold 1 is right twice from .8475 up to below .9475, last at .945.
  const auto metrics = verify(four_pairs, "cosface", none);
  CHECK(value(metrics, "threshold.fold1") == Approx(0.995).epsilon(1e-12));
  CHECK(value(metrics, "accuracy.fold1") == 0.5);
  CHECK(value(metrics, "threshold.fold2") == Approx(0.945).epsilon(1e-12));
  CHECK(value(metrics, "accuracy.fold2") == 0.5);
}

TEST_CASE("face-verification: best-threshold flatters") {
  // Accepting 0.105 alone is right for 3 of 4, and so is accepting up to 0.205; none for 4.
  const auto metrics = verify(four_pairs, "best-threshold", none);
  CHECK(value(metrics, "accuracy") == 0.75);
  CHECK(value(metrics, "threshold") == 0.105);
  CHECK_THAT(evaluator("best-threshold")->warnings().at(0), Catch::Contains("optimistic"));
}

TEST_CASE("face-verification: sphereface averages the best thresholds, ties are wrong") {
  // The vectors of a fold sum to zero, so their mean changes nothing. Cosines: same 1, different
  // (-2, 1) . (0, -1) / sqrt(5) = -.44721. Both are right from -.4472 to .9999 (at 1 the same pair
  // ties): the mean is .27635.
  const std::vector<Pair> fold = {{{1, 0}, {1, 0}, true}, {{-2, 1}, {0, -1}, false}};
  const auto metrics = verify_vectors(fold, "sphereface");
  CHECK(value(metrics, "accuracy") == 1);
  CHECK(value(metrics, "threshold.fold1") == Approx(0.27635).epsilon(1e-12));
  // Different people of cosine 1 are as wrong at t = 1 as everywhere else: without the tie rule a
  // threshold of 1 would be right for both pairs here.
  const std::vector<Pair> ties = {{{-1, 0}, {0, -1}, false}, {{1, 0}, {0, 1}, false}};
  CHECK(value(verify_vectors(ties, "sphereface"), "accuracy") == 1);  // all above cosine 0
}

TEST_CASE("face-verification: facenet's angle, and the mean of the training folds") {
  // Same (1,0) (0,1): angle 1/2. Different (1,0) (-1,0): angle 1. First threshold above 1/2: .51.
  const std::vector<Pair> fold = {{{1, 0}, {0, 1}, true}, {{1, 0}, {-1, 0}, false}};
  CHECK(value(verify_vectors(fold, "facenet-cosine"), "threshold.fold1") == 51 * 0.01);
  // Their mean is (1/4, 1/4). Same: (.75,-.25) (-.25,.75): cosine -.375 / .625 = -.6, angle .7048.
  // Different: (.75,-.25) (-1.25,-.25): -.875 / sqrt(.625 * 1.625) = -.868, angle .834.
  const auto metrics = verify_vectors(fold, "facenet-subtract-mean");
  CHECK(value(metrics, "threshold.fold1") == 71 * 0.01);
  CHECK(value(metrics, "accuracy") == 1);
}

TEST_CASE("face-verification: embeddings of any length") {
  // insightface: unit vectors (1,0) and (5,12)/13: 2 - 2 * 5/13 = 1.2308; first threshold
  // above: 1.24.
  const std::vector<Pair> fold = {{{5, 0}, {0.5f, 1.2f}, true}, {{1, 0}, {-7, 0}, false}};
  const auto metrics = verify_vectors(fold, "insightface");
  CHECK(value(metrics, "threshold.fold2") == 124 * 0.01);
  CHECK(value(metrics, "accuracy") == 1);
}

TEST_CASE("face-verification: order and shards leave no trace") {
  for (const std::string protocol :
       {"insightface", "facenet-subtract-mean", "sphereface", "cosface", "best-threshold"}) {
    INFO(protocol);
    std::vector<Image> images = many_images();
    const auto add = [](Evaluator& judge, const Image& image) {
      judge.add(image.id, image.pairs, image.embedding);
    };
    const auto forward = evaluator(protocol), backward = evaluator(protocol);
    for (const Image& image : images) add(*forward, image);
    std::reverse(images.begin(), images.end());
    for (const Image& image : images) add(*backward, image);
    std::unique_ptr<Evaluator> shards[] = {evaluator(protocol), evaluator(protocol)};
    for (std::size_t i = 0; i < images.size(); ++i) add(*shards[i % 3 / 2], images[i]);
    shards[1]->merge(*shards[0]);
    const Bootstrap bootstrap{.replicates = 50, .seed = 2};
    const auto metrics = forward->result(bootstrap);
    REQUIRE(metrics[0].interval95);
    CHECK(metrics[0].value > 0.6);
    CHECK(metrics[0].value < 1);
    check_same(metrics, backward->result(bootstrap));
    check_same(metrics, shards[1]->result(bootstrap));
  }
}

TEST_CASE("face-verification: missing images do not shift folds") {
  const std::vector<Image> images = many_images();
  const auto whole = evaluator(), part = evaluator("insightface", true);
  for (const Image& image : images) {
    if (image.id == "3_1") continue;  // in a same pair of its own, a different pair of person 56
    whole->add(image.id, image.pairs, image.embedding);
    part->add(image.id, image.pairs, image.embedding);
  }
  CHECK_THROWS_WITH(
      whole->result(none),
      Catch::Contains("'3_1' has no embedding, but pair 7 of pairs.txt (with '3_0')"));
  const auto metrics = part->result(none);
  CHECK(value(metrics, "pairs") == 118);
  CHECK(value(metrics, "pairs_listed") == 120);
  CHECK_THAT(part->warnings().at(0), Catch::Contains("118 of the 120 pairs"));
}

TEST_CASE("face-verification: too little for folds") {
  const std::vector<ScoredPair> one_fold = {{0, true, 0.1}, {0, false, 1}};
  CHECK(std::isnan(value(verify(one_fold, "insightface", none), "accuracy")));
  CHECK(value(verify(one_fold, "insightface", none), "auc_exact") == 1);
  CHECK(value(verify(one_fold, "best-threshold", none), "accuracy") == 1);
  for (const std::string protocol : {"insightface", "sphereface", "openface", "best-threshold"}) {
    const auto nothing = evaluator(protocol)->result({});
    CHECK(std::isnan(value(nothing, "accuracy")));
    CHECK(value(nothing, "pairs") == 0);
  }
}

TEST_CASE("face-verification: NaN and zeros are told of") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto judge = evaluator("best-threshold");
  judge->add("a", std::vector{FacePair{0, 0, "b", true}, FacePair{1, 0, "c", false}},
             Embedding{{1, 0}});
  judge->add("b", std::vector<FacePair>{}, Embedding{{1, 0}});
  judge->add("c", std::vector<FacePair>{}, Embedding{{nan, 0}});
  judge->add("d", std::vector<FacePair>{}, Embedding{{0, 0}});
  CHECK(value(judge->result(none), "accuracy") == 1);
  const auto warnings = judge->warnings();
  REQUIRE(warnings.size() == 3);
  CHECK_THAT(warnings[1], Catch::Contains("NaN or infinity in 1 of 4 images"));
  CHECK_THAT(warnings[2], Catch::Contains("all zeros in 1 of 4 images (first: d)"));
}

TEST_CASE("face-verification: what it refuses") {
  const auto judge = evaluator();
  const std::vector<FacePair> no_pairs;
  judge->add("a", std::vector{FacePair{0, 0, "b", true}}, Embedding{{1, 0}});
  CHECK_THROWS_WITH(judge->add("a", no_pairs, Embedding{{1, 0}}),
                    Catch::Contains("'a' was added twice"));
  CHECK_THROWS_WITH(judge->add("b", no_pairs, Embedding{{1}}),
                    Catch::Contains("the embedding of 'b' has 1 values, that of 'a' 2"));
  CHECK_THROWS_WITH(judge->add("b", no_pairs, Embedding{}), Catch::Contains("'b' is empty"));
  CHECK_THROWS_WITH(judge->add("b", no_pairs, Detections{}),
                    Catch::Contains("'b' was not answered"));
  CHECK_THROWS_WITH(judge->add("b", ClassLabel{}, Embedding{{1}}), Catch::Contains("no pairs"));
  judge->add("c", std::vector{FacePair{0, 0, "a", true}}, Embedding{{1, 0}});
  CHECK_THROWS_WITH(judge->result(none), Catch::Contains("pair 0 belongs to 'a' and to 'c'"));
  CHECK_THROWS_WITH(judge->merge(*evaluator("cosface")), Catch::Contains("cannot merge"));
  CHECK_THROWS_WITH(verify(four_pairs, "sphereface", none), Catch::Contains("it needs embeddings"));
  CHECK_THROWS_WITH(verify(four_pairs, "cosfase", none), Catch::Contains("did you mean 'cosface'"));
}
