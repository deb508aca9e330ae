#include "bench/train/training_images.h"

#include <catch2/catch.hpp>

#include "models/testing.h"

namespace bench {
namespace {

TrainingRecipe recipe(const std::string& task, const std::string& objective) {
  return parse_training_recipe(
      R"({"name": "test", "about": "a test", "task": ")" + task + R"(",
          "network": {"builder": "vgg16", "image": [48, 64]}, "prepare": "mini-160x120",
          "decode": "ssd", "objective": {"kind": ")" +
          objective + R"("}, "images": {"draw": "voc", "count": 4, "seed": 7}, "batch": 4,
          "steps": 1, "optimizer": {"kind": "sgd", "learning_rate": 0.1}, "seed": 1,
          "judge": {"data": "bundled:voc"}})",
      "test.json");
}

Batch first_batch(const TrainingRecipe& recipe, const std::string& folder) {
  TrainingImages images(open_training_set(recipe, folder, [](const std::string&) {}), recipe);
  CHECK(images.size() == 4);
  return images.batch(0);
}

TEST_CASE("Drawn scenes are trained on: boxes and label maps on the network's input") {
  const testing::TemporaryFolder folder;
  const Batch boxes = first_batch(recipe("voc-detection", "multibox"), folder.path().string());
  CHECK(boxes.input.shape() == Shape{4, 3, 120, 160});
  int objects = 0;
  for (const Target& target : boxes.targets) {
    for (const ObjectBox& object : std::get<std::vector<ObjectBox>>(target)) {
      ++objects;
      CHECK(object.box.x1 >= 0);
      CHECK(object.box.x2 <= 160);
      CHECK(object.box.y1 < object.box.y2);
      CHECK(object.box.y2 <= 120);
    }
  }
  CHECK(objects > 0);
  const Batch maps = first_batch(recipe("voc-segmentation", "pixels"), folder.path().string());
  for (const Target& target : maps.targets) {
    CHECK(std::get<LabelMap>(target).labels.size() == 120 * 160);
  }
}

}  // namespace
}  // namespace bench
