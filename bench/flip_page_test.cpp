#include "bench/flip_page.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>

#include "bench/tiny_lfw.h"
#include "evaluators/evaluator.h"
#include "models/contains_testing.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::contains;

// Images of 112 x 112, each with its truth.
class Shown : public Dataset {
 public:
  explicit Shown(std::string_view name, std::vector<std::string> classes = {})
      : name_(name), classes_(std::move(classes)) {}
  void add(const std::string& id, Truth truth) {
    ids_.push_back(id);
    truths_.push_back(std::move(truth));
  }
  std::string_view name() const override { return name_; }
  std::size_t size() const override { return ids_.size(); }
  const std::string& id(std::size_t index) const override { return ids_[index]; }
  Truth truth(std::size_t index) const override { return truths_[index]; }
  EncodedImage image(std::size_t index) const override {
    EncodedImage image{ids_[index], {}};
    for (const char c : testing::tiny_png(90, 120, 30, 1)) {
      image.bytes.push_back(static_cast<std::byte>(c));
    }
    return image;
  }
  const std::vector<std::string>& class_names() const override { return classes_; }
  std::string digest() const override { return "shown"; }

 private:
  std::string_view name_;
  std::vector<std::string> classes_, ids_;
  std::vector<Truth> truths_;
};

// Two runs over a data set, and their page.
class TwoRuns {
 public:
  TwoRuns(const Shown& dataset, const char* evaluator, const char* protocol)
      : dataset_(dataset),
        judges_{make_evaluator(evaluator, {protocol, dataset.class_names()}),
                make_evaluator(evaluator, {protocol, dataset.class_names()})} {}

  void answer(std::size_t index, const Answer& before, const Answer& after) {
    put(0, index, before);
    put(1, index, after);
  }

  std::string page(const std::string& metric, std::size_t most = 10, bool old_kept = true) const {
    const Tally before = judges_[0]->tally(), after = judges_[1]->tally();
    CaseComparison comparison;
    comparison.name = "net.int8";
    comparison.before_name = "net.<float>";
    comparison.drawn = true;
    comparison.flips_of = metric;
    comparison.flips = flips(before, after, metric);
    const JournalReader old(path(0)), now(path(1));
    return flip_page(comparison, {old_kept ? &old : nullptr, before}, {&now, after}, dataset_,
                     most);
  }

 private:
  std::string path(int run) const {
    return (folder_.path() / (run == 0 ? "before.journal" : "after.journal")).string();
  }
  void put(int run, std::size_t index, const Answer& answer) {
    JournalEntry entry;
    entry.index = index;
    entry.id = dataset_.id(index);
    entry.answer = answer;
    JournalWriter(path(run), {}).append(entry);
    judges_[run]->add(entry.id, dataset_.truth(index), answer);
  }

  const Shown& dataset_;
  std::unique_ptr<Evaluator> judges_[2];
  testing::TemporaryFolder folder_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++n) at += part.size();
  return n;
}

// The page needs nothing else, and nothing in it does anything.
void check_self_contained(const std::string& page) {
  CHECK(count(page, "href=\"") == count(page, "href=\"data:image/png;base64,"));
  for (const char* part : {"http:", "https:", "src=", "<script", "url(", "@import", "<link"}) {
    CAPTURE(part);
    CHECK_FALSE(contains(page, part));
  }
  CHECK(contains(page, "<title>net.int8 (drawn)</title>"));
  CHECK(contains(page, "net.&lt;float&gt;"));
  CHECK(count(page, "<svg") == count(page, "</svg>"));
  CHECK(count(page, "<figure>") == count(page, "</figure>"));
}

ClassScores best(int label) {
  return {{{label, 0.75f}, {label + 1, 0.1f}, {label + 2, 0.05f}, {7, 0.02f}, {8, 0.01f}}};
}

TEST_CASE("A page of classes: the five best of both, the right one bold, losses first") {
  Shown dataset("imagenet", {"<cat>", "dog & co", "\"fox\"", "c3", "c4", "c5", "c6", "c7", "c8"});
  for (const char* id : {"mended", "same", "broken", "<b>\"&"}) dataset.add(id, ClassLabel{1});
  TwoRuns runs(dataset, "top-k", "");
  runs.answer(0, best(3), best(1));
  runs.answer(1, best(1), best(1));
  runs.answer(2, best(1), best(0));
  runs.answer(3, best(1), best(2));
  const std::string page = runs.page("top1");
  check_self_contained(page);
  CHECK(contains(page, "3 answered otherwise; here are 3"));
  const auto at = [&](const std::string& heading) { return page.find("<h2>" + heading); };
  // Of equal losses, in the order of ids.
  CHECK(at("&lt;b&gt;&quot;&amp;: -0.250000</h2>") < at("broken: -0.250000</h2>"));
  CHECK(at("broken: -0.250000</h2>") < at("mended: +0.250000</h2>"));
  CHECK(at("mended") != page.npos);
  CHECK(at("same") == page.npos);
  const std::string broken = page.substr(at("broken"), at("mended") - at("broken"));
  CHECK(contains(broken, "true: dog &amp; co"));
  CHECK(contains(broken, "<tr><td><b>dog &amp; co</b> 0.7500</td></tr>"));
  CHECK(contains(broken, "<tr><td>&lt;cat&gt; 0.7500</td></tr>"));
  CHECK(count(broken, "<tr><td>") == 10);
  CHECK(contains(broken, "class=\"small\""));  // 112 pixels are scaled up, as squares
  CHECK(contains(page, ".small{image-rendering:pixelated}"));
  CHECK(count(runs.page("top1", 1), "<h2>") == 1);
  CHECK(contains(runs.page("top1", 1), "here are 1,"));
}

TEST_CASE("A page of detections: true boxes dashed, both answers in their colours, by score") {
  Shown dataset("widerface", {"face"});
  dataset.add("a/b", std::vector<FaceBox>{{{10, 20, 50, 80}, true, true, true}});
  TwoRuns runs(dataset, "widerface-ap", "");
  runs.answer(0, Detections{{{0, 0.9, {11, 21, 51, 81}}, {0, 0.45, {60.25, 70, 90, 100}}}},
              Detections{{{0, 0.8, {70, 10, 100, 40}}}});
  const std::string page = runs.page("ap_easy");
  check_self_contained(page);
  CHECK(contains(page,
                 "<rect x=\"10.0\" y=\"20.0\" width=\"40.0\" height=\"60.0\" fill=\"none\" "
                 "stroke=\"#ffffff\""));
  CHECK(contains(page, "<title>true: face</title>"));
  CHECK(contains(page,
                 "<rect x=\"11.0\" y=\"21.0\" width=\"40.0\" height=\"60.0\" fill=\"none\" "
                 "stroke=\"#2f7ed8\" stroke-opacity=\"1.00\""));
  CHECK(contains(page,
                 "<rect x=\"60.2\" y=\"70.0\" width=\"29.8\" height=\"30.0\" fill=\"none\" "
                 "stroke=\"#2f7ed8\" stroke-opacity=\"0.50\""));
  CHECK(contains(page,
                 "<rect x=\"70.0\" y=\"10.0\" width=\"30.0\" height=\"30.0\" fill=\"none\" "
                 "stroke=\"#ff8c1a\""));
  CHECK(contains(page, "<title>face 0.800</title>"));
  CHECK(count(page, "<rect ") == 4);
  CHECK(contains(page, "before</span>: 2 boxes"));
  CHECK_FALSE(contains(page, "<text"));  // one class: no names in the picture
}

TEST_CASE("A page of objects names their classes in the picture") {
  Shown dataset("voc-detection", {"cat", "d<o>g"});
  dataset.add("x", std::vector<ObjectBox>{{1, {10, 10, 60, 60}, true, false},
                                          {0, {70, 70, 90, 90}, false, false}});
  TwoRuns runs(dataset, "voc-map", "");
  runs.answer(0, Detections{{{0, 0.9, {70, 70, 90, 90}}}},
              Detections{{{0, 0.9, {20, 70, 90, 90}}, {1, 0.5, {10, 10, 60, 60}}}});
  const std::string page = runs.page("map_11point");
  check_self_contained(page);
  CHECK(contains(page, "<title>true: d&lt;o&gt;g (difficult: does not count)</title>"));
  CHECK(contains(page, "fill=\"#ff8c1a\">d&lt;o&gt;g 0.500</text>"));
  CHECK(contains(page, "fill=\"#2f7ed8\">cat 0.900</text>"));
}

TEST_CASE("A page of label maps: the true one, both answers, and which pixels changed how") {
  Shown dataset("voc-segmentation", {"background", "plane", "<bike>"});
  dataset.add("x", LabelMap{2, 4, {0, 1, 1, 255, 2, 2, 0, 0}});
  TwoRuns runs(dataset, "mean-iou", "");
  runs.answer(0, LabelMap{2, 4, {0, 1, 0, 0, 2, 2, 1, 0}},
              LabelMap{2, 4, {0, 2, 1, 1, 2, 2, 2, 0}});
  const std::string page = runs.page("miou");
  check_self_contained(page);
  CHECK(count(page, "<figure>") == 4);
  const auto path = [](const char* colour, const char* runs_of_pixels) {
    return std::string("<path transform=\"scale(28 56)\" fill=\"") + colour +
           "\" fill-opacity=\"0.65\" d=\"" + runs_of_pixels + "\"/>";
  };
  CHECK(contains(page, path("#800000", "M1 0h2v1h-2z")));              // true: plane
  CHECK(contains(page, path("#008000", "M0 1h2v1h-2z")));              // true, before: bike
  CHECK(contains(page, path("#ffffff", "M3 0h1v1h-1z")));              // void
  CHECK(contains(page, path("#800000", "M1 0h1v1h-1zM2 1h1v1h-1z")));  // before
  CHECK(contains(page, path("#800000", "M2 0h2v1h-2z")));              // after
  CHECK(contains(page, path("#35c759", "M2 0h1v1h-1z")));              // right now
  CHECK(contains(page, path("#ff3b30", "M1 0h1v1h-1z")));              // wrong now
  CHECK(contains(page, path("#ffd60a", "M2 1h1v1h-1z")));              // wrong both times
  CHECK(contains(page, "<span class=\"key\" style=\"background:#008000\"></span>&lt;bike&gt;"));
  CHECK(contains(page, "<span class=\"key\" style=\"background:#ffffff\"></span>void"));
}

// Unit vectors at these angles (degrees), so that distances are chosen.
Embedding at_angle(double degrees) {
  const double a = degrees * 3.14159265358979 / 180;
  return {{static_cast<float>(std::cos(a)), static_cast<float>(std::sin(a))}};
}

TEST_CASE("A page of faces: both pictures of a pair, both distances, what they are taken for") {
  // Two folds alike: pairs of one person 10 degrees apart, of two persons 60 and more.
  Shown dataset("lfw");
  std::vector<double> before, after;
  int index = 0;
  for (int fold = 0; fold < 2; ++fold) {
    for (int k = 0; k < 3; ++k) {
      const std::string same = "S" + std::to_string(3 * fold + k);
      dataset.add(same + "_1", std::vector<FacePair>{{index++, fold, same + "_2", true}});
      dataset.add(same + "_2", std::vector<FacePair>{});
      const std::string other = "D" + std::to_string(3 * fold + k);
      dataset.add(other + "_1", std::vector<FacePair>{{index++, fold, other + "_2", false}});
      dataset.add(other + "_2", std::vector<FacePair>{});
      for (const double angle : {0., 10., 0., 60. + k}) before.push_back(angle);
    }
  }
  after = before;
  after[1] = 90;  // S0 is taken for two persons now
  TwoRuns runs(dataset, "face-verification", "");
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    runs.answer(i, at_angle(before[i]), at_angle(after[i]));
  }
  const std::string page = runs.page("accuracy");
  check_self_contained(page);
  CHECK(count(page, "<h2>") == 1);
  CHECK(contains(page, "<h2>S0_1 &amp; S0_2: -"));
  CHECK(count(page, "<figure>") == 2);
  CHECK(contains(page, "<figcaption>S0_1</figcaption>"));
  CHECK(contains(page, "<figcaption>S0_2</figcaption>"));
  // Squared distances: 2 - 2 cos 10, 60 and 90 degrees.
  CHECK(contains(page, "true: one person."));
  CHECK(contains(page,
                 "before</span>: distance 0.0304, taken for one person: right (threshold between "
                 "0.0304 and 1.0000)."));
  CHECK(contains(page,
                 "after</span>: distance 2.0000, taken for two: wrong (threshold between 0.0304 "
                 "and 1.0000)."));
}

TEST_CASE("Without the earlier answers the later ones are drawn alone, and it is said") {
  const std::string words = "The earlier run keeps no answers: only the later ones are drawn.";
  Shown faces("widerface", {"face"});
  faces.add("a/b", std::vector<FaceBox>{{{10, 20, 50, 80}, true, true, true}});
  TwoRuns found(faces, "widerface-ap", "");
  const Detection low{0, 0.1, {1, 1, 5, 5}};  // scores are judged between lowest and highest
  found.answer(0, Detections{{{0, 0.9, {11, 21, 51, 81}}, low}},
               Detections{{{0, 0.8, {70, 10, 90, 40}}, low}});
  const std::string boxes = found.page("ap_easy", 10, false);
  CHECK(contains(boxes, words));
  CHECK_FALSE(contains(found.page("ap_easy"), words));
  CHECK(count(boxes, "<rect ") == 3);
  CHECK_FALSE(contains(boxes, "stroke=\"#2f7ed8\""));

  Shown maps("voc-segmentation", {"background", "plane"});
  maps.add("x", LabelMap{1, 4, {0, 1, 1, 255}});
  TwoRuns labelled(maps, "mean-iou", "");
  labelled.answer(0, LabelMap{1, 4, {0, 1, 1, 0}}, LabelMap{1, 4, {1, 1, 0, 1}});
  const std::string wrong = labelled.page("miou", 10, false);
  CHECK(count(wrong, "<figure>") == 3);
  CHECK(contains(wrong, "fill=\"#ff3b30\" fill-opacity=\"0.65\" d=\"M0 0h1v1h-1zM2 0h1v1h-1z\""));

  Shown classes("imagenet", {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"});
  classes.add("x", ClassLabel{1});
  TwoRuns named(classes, "top-k", "");
  named.answer(0, best(1), best(2));
  CHECK(count(named.page("top1", 10, false), "<table>") == 1);
}

TEST_CASE("An image that a journal lacks is named, not passed over") {
  Shown dataset("imagenet", {"a", "b", "c", "d"});
  dataset.add("there", ClassLabel{1});
  Shown renamed("imagenet", {"a", "b", "c", "d"});
  renamed.add("elsewhere", ClassLabel{1});
  const testing::TemporaryFolder folder;
  const std::string path = (folder.path() / "empty.journal").string();
  { const JournalWriter writer(path, {}); }
  const JournalReader empty(path);
  CaseComparison comparison;
  comparison.flips = {{"there", -1}};
  comparison.flips_of = "top1";
  const Tally none;
  CHECK(contains(flip_page(comparison, {&empty, none}, {&empty, none}, dataset, 5),
                 "there: a journal lacks its answer"));
  CHECK(contains(flip_page(comparison, {&empty, none}, {&empty, none}, renamed, 5),
                 "there: not in the data set"));
}

}  // namespace
}  // namespace bench
