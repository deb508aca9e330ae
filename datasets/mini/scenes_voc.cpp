// Scenes as VOC's files.
#include <fmt/format.h>

#include "datasets/mini/encode.h"
#include "datasets/mini/scenes.h"
#include "datasets/voc_layout.h"

namespace bench::mini {
namespace {

std::string xml(const std::string& id, const Scene& scene) {
  std::string text = fmt::format(
      "<annotation>\n\t<folder>VOC2012</folder>\n\t<filename>{}.jpg</filename>\n"
      "\t<source>\n\t\t<database>drawn by draw_mini, not PASCAL VOC</database>\n\t</source>\n"
      "\t<size>\n\t\t<width>{}</width>\n\t\t<height>{}</height>\n\t\t<depth>3</depth>\n\t</size>\n"
      "\t<segmented>1</segmented>\n",
      id, scene.picture.width, scene.picture.height);
  for (const auto& object : scene.objects) {
    const auto& [label, box, difficult, truncated] = object.truth;
    text += fmt::format(
        "\t<object>\n\t\t<name>{}</name>\n\t\t<pose>Unspecified</pose>\n"
        "\t\t<truncated>{:d}</truncated>\n\t\t<occluded>{:d}</occluded>\n"
        "\t\t<difficult>{:d}</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>{}</xmin>\n"
        "\t\t\t<ymin>{}</ymin>\n\t\t\t<xmax>{}</xmax>\n\t\t\t<ymax>{}</ymax>\n\t\t</bndbox>\n"
        "\t</object>\n",
        voc_classes()[static_cast<std::size_t>(label)], truncated, object.occluded, difficult,
        box.x1, box.y1, box.x2, box.y2);
  }
  return text + "</annotation>\n";
}

// What is told of a set of scenes.
struct Counted {
  std::map<std::string, int> classes, flags;
  std::vector<double> per_image, sides;

  void add(const Scene& scene) {
    per_image.push_back(static_cast<double>(scene.objects.size()));
    for (const auto& object : scene.objects) {
      const Box& box = object.truth.box;
      ++classes[voc_classes()[static_cast<std::size_t>(object.truth.label)]];
      flags["truncated"] += object.truth.truncated;
      flags["difficult"] += object.truth.difficult;
      flags["occluded"] += object.occluded;
      sides.push_back(std::max(box.x2 - box.x1, box.y2 - box.y1) + 1);
    }
  }
};

}  // namespace

Statistics draw_voc(const DrawOptions& options) {
  const auto year = options.out / "VOC2012";
  std::string ids;
  Counted counted;
  for (int i = 0; i < options.images; ++i) {
    Random random = stream(options, "voc", i);
    Scene scene = draw_scene(random);
    while (scene.objects.empty()) scene = draw_scene(random);
    const auto id = fmt::format("drawn_{}_{:06}", options.train ? "train" : "val", i + 1);
    write_file(year / "JPEGImages" / (id + ".jpg"), jpeg(to_pixels(scene.picture), 88));
    write_file(year / "Annotations" / (id + ".xml"), xml(id, scene));
    write_file(year / "SegmentationClass" / (id + ".png"), label_png(scene.labels));
    ids += id + "\n";
    counted.add(scene);
  }
  for (const char* kind : {"Main", "Segmentation"}) {
    for (const char* set : {"val.txt", "train.txt"}) {
      const bool asked = (set[0] == 't') == options.train;
      if (asked) write_file(year / "ImageSets" / kind / set, ids);
    }
  }
  return {fmt::format("images: {}, 160 x 120 or 120 x 160 pixels", options.images),
          "objects per image: " + spread(counted.per_image),
          "longer side of a box: " + spread(counted.sides),
          "objects per class: " + counts(counted.classes), "objects: " + counts(counted.flags)};
}

}  // namespace bench::mini
