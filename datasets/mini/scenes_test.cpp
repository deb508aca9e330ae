#include "datasets/mini/scenes.h"

#include <catch2/catch.hpp>
#include <set>

#include "datasets/mini/checks.h"
#include "datasets/mini/objects.h"
#include "datasets/testing.h"
#include "datasets/voc.h"

namespace bench::mini {
namespace {

using namespace bench::testing;

bool inside(const Box& box, int width, int height) {
  return box.x1 >= 1 && box.y1 >= 1 && box.x1 <= box.x2 && box.y1 <= box.y2 && box.x2 <= width &&
         box.y2 <= height;
}

// Every labelled pixel lies in a box of its class, and no box of an ordinary object is empty.
void check_labels(const LabelMap& map, const std::vector<ObjectBox>& objects) {
  std::vector<int> hits(objects.size(), 0);
  int borders = 0, strays = 0;
  for (std::size_t i = 0; i < map.labels.size(); ++i) {
    const double x = static_cast<double>(i % static_cast<std::size_t>(map.width)) + 1;
    const double y = static_cast<double>(i / static_cast<std::size_t>(map.width)) + 1;
    const int label = map.labels[i] - 1;
    if (label == 254) ++borders;
    if (label < 0 || label == 254) continue;
    bool found = false;
    for (std::size_t k = 0; k < objects.size(); ++k) {
      const Box& b = objects[k].box;
      const bool in = objects[k].label == label && x >= b.x1 && x <= b.x2 && y >= b.y1 && y <= b.y2;
      hits[k] += in;
      found = found || in;
    }
    strays += !found;
  }
  CHECK(strays == 0);
  CHECK(borders > 0);
  for (std::size_t k = 0; k < objects.size(); ++k) CHECK((objects[k].difficult || hits[k] > 0));
}

TEST_CASE("drawn scenes: VOC's readers open them, boxes and label maps agree") {
  TemporaryFolder folder;
  const auto root = folder.path() / "a";
  draw_task("voc", {.out = root, .seed = 3, .images = 60});
  const auto boxes = open_voc_detection({.root = root.string()});
  const auto maps = open_voc_segmentation({.root = root.string()});
  REQUIRE(boxes->size() == 60);
  REQUIRE(maps->size() == 60);
  std::set<int> in_boxes, in_maps;
  int difficult = 0, truncated = 0, whole = 0;
  for (std::size_t i = 0; i < boxes->size(); ++i) {
    INFO(boxes->id(i));
    CHECK(boxes->id(i) == maps->id(i));
    const auto objects = std::get<std::vector<ObjectBox>>(boxes->truth(i));
    const auto map = std::get<LabelMap>(maps->truth(i));
    CHECK_FALSE(objects.empty());
    check_labels(map, objects);
    in_maps.insert(map.labels.begin(), map.labels.end());
    for (const auto& object : objects) {
      CHECK(inside(object.box, map.width, map.height));
      in_boxes.insert(object.label + 1);
      difficult += object.difficult;
      truncated += object.truncated;
      whole += !object.truncated;
    }
  }
  CHECK(in_boxes.size() == object_kinds().size());
  in_boxes.insert({0, 255});
  CHECK((in_maps == in_boxes));
  CHECK((difficult > 0 && truncated > difficult && whole > truncated / 2));
  check_images(*boxes, [](int width, int height) { return width * height == 160 * 120; });
}

TEST_CASE("drawn scenes: the train split is a set of its own name") {
  TemporaryFolder folder;
  const auto root = folder.path() / "a";
  draw_task("voc", {.out = root, .seed = 3, .images = 2, .train = true});
  CHECK(open_voc_detection({.root = root.string(), .list = "train"})->size() == 2);
}

TEST_CASE("drawn scenes: the seed decides every byte") { check_seeds("voc", 12, 12); }

}  // namespace
}  // namespace bench::mini
