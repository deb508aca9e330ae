#include "datasets/voc.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;
namespace fs = std::filesystem;

std::string object(const std::string& name, const std::string& box, const std::string& more = "") {
  return "<object><name>" + name + "</name>" + more + "<bndbox>" + box +
         "</bndbox><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>";
}

const std::string dog_box = "<xmin>48</xmin><ymin>240</ymin><xmax>195.5</xmax>\n<ymax> 371 </ymax>";

void write_year(const fs::path& year, const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    write(year / "Annotations" / (id + ".xml"),
          "<annotation>" + object("dog", dog_box, "<difficult>1</difficult>") +
              object("aeroplane", "<xmax>9</xmax><xmin>1</xmin><ymin>2</ymin><ymax>3</ymax>",
                     "<truncated>1</truncated><difficult>0</difficult>") +
              "</annotation>");
    write(year / "JPEGImages" / (id + ".jpg"), "jpeg of " + id);
  }
}

std::unique_ptr<Dataset> open(const fs::path& root, const std::string& list = "",
                              bool images = true) {
  return open_voc_detection({.root = root.string(), .list = list, .need_images = images});
}

std::vector<ObjectBox> objects(const Dataset& data, std::size_t index) {
  return std::get<std::vector<ObjectBox>>(data.truth(index));
}

TEST_CASE("voc detection: a year, its image sets, its objects") {
  TemporaryFolder folder;
  const fs::path year = folder.path() / "VOCdevkit/VOC2007";
  write_year(year, {"000001", "000002", "000003"});
  write(year / "ImageSets/Main/test.txt", "000001\n000003\n");
  write(year / "ImageSets/Main/dog_val.txt", "000002 -1\n000003  1\n");
  for (const auto& root : {year, folder.path() / "VOCdevkit", folder.path()}) {
    const auto data = open(root);
    CHECK(data->name() == "voc-detection");
    REQUIRE(data->size() == 2);
    CHECK(data->id(1) == "000003");
    REQUIRE(data->class_names().size() == 20);
    CHECK(data->image(1).bytes.size() == 14);
    const auto found = objects(*data, 0);
    REQUIRE(found.size() == 2);
    CHECK(data->class_names()[static_cast<std::size_t>(found[0].label)] == "dog");
    CHECK(found[0].box == Box{48, 240, 195.5, 371});
    CHECK((found[0].difficult && !found[0].truncated));
    CHECK(found[1].label == 0);
    CHECK(found[1].box == Box{1, 2, 9, 3});
    CHECK((!found[1].difficult && found[1].truncated));
  }
  CHECK(open(year, "dog_val")->size() == 2);
  CHECK(open(year, "dog_val")->id(0) == "000002");
  write(folder.path() / "mine.txt", "JPEGImages/000003.jpg\n000002\n");
  CHECK(open(year, (folder.path() / "mine.txt").string())->id(0) == "000002");

  const auto fault = error_of(Fault::missing, [&] { open(year, "trainval"); });
  CHECK(fault.find("no image set 'trainval' in " + (year / "ImageSets/Main").string() +
                   " (there: dog_val, test)") != std::string::npos);
  fs::remove(year / "JPEGImages/000003.jpg");
  CHECK(error_of(Fault::missing, [&] { open(year); })
            .find("1 of 2 images are not under " + (year / "JPEGImages").string() +
                  ": first 000003.jpg") != std::string::npos);
  fs::remove(year / "Annotations/000001.xml");
  CHECK(error_of(Fault::missing, [&] { open(year, "", false); })
            .find("1 of 2 annotations are not in " + (year / "Annotations").string() +
                  ": first 000001.xml") != std::string::npos);
}

TEST_CASE("voc detection: which year, and no image sets") {
  TemporaryFolder folder;
  CHECK(error_of(Fault::missing, [&] { open(folder.path()); }).find("no folder Annotations in") !=
        std::string::npos);
  write_year(folder.path() / "VOC2007", {"000002", "000001"});
  CHECK(open(folder.path())->id(0) == "000001");
  write_year(folder.path() / "VOC2012", {"2007_000027"});
  const auto fault = error_of(Fault::usage, [&] { open(folder.path()); });
  CHECK(fault.find("VOC2007, ") != std::string::npos);
  CHECK(fault.find("VOC2012; give one of them") != std::string::npos);
  write(folder.path() / "VOC2012/ImageSets/Main/train.txt", "2007_000027\n");
  CHECK(error_of(Fault::missing, [&] {
          open(folder.path() / "VOC2012");
        }).find("no image set 'val'") != std::string::npos);
}

TEST_CASE("voc detection: a damaged annotation is named") {
  TemporaryFolder folder;
  const auto fault_of = [&](const std::string& xml) {
    write(folder.path() / "Annotations/000001.xml", xml);
    return error_of(Fault::bad_data, [&] { open(folder.path(), "", false); });
  };
  CHECK(fault_of("<annotation><object>").find("Annotations/000001.xml: ") != std::string::npos);
  CHECK(fault_of("").find("000001.xml: No document element") != std::string::npos);
  CHECK(fault_of("<a/>").find("no element <annotation>") != std::string::npos);
  CHECK(fault_of("<annotation>" + object("hound", dog_box) + "</annotation>")
            .find("object 1: unknown class 'hound', known: aeroplane, bicycle") !=
        std::string::npos);
  CHECK(fault_of("<annotation>" + object("dog", "<xmin>1</xmin>") + "</annotation>")
            .find("object 1: <ymin> is '', not a number") != std::string::npos);
  CHECK(fault_of("<annotation>" +
                 object("dog", "<xmin>9</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>") +
                 "</annotation>")
            .find("xmax < xmin") != std::string::npos);
  CHECK(fault_of("<annotation>" + object("dog", dog_box, "<difficult>yes</difficult>") +
                 "</annotation>")
            .find("<difficult> is 'yes'") != std::string::npos);
  CHECK(fault_of(std::string(2u << 20, ' ')).find("too large") != std::string::npos);
}

TEST_CASE("voc detection: ground truth as one text file") {
  TemporaryFolder folder;
  const auto file = folder.path() / "gt.txt";
  const auto fault_of = [&](const std::string& text) {
    write(file, text);
    return error_of(Fault::bad_data, [&] { open(file, "", false); });
  };
  write(file, "# id class box difficult\n2 dog 1 2 3 4 0\n1 cat 1.5 2 3 4 1\n2 cat 5 6 7 8 0\n");
  const auto data = open(file, "", false);
  REQUIRE(data->size() == 2);
  CHECK(data->id(0) == "2");
  CHECK(objects(*data, 0).size() == 2);
  CHECK(objects(*data, 1)[0].box == Box{1.5, 2, 3, 4});
  CHECK(objects(*data, 1)[0].difficult);
  CHECK(error_of(Fault::missing, [&] { open(file); }).find("has no images") != std::string::npos);

  write(folder.path() / "ids.txt", "1\n2\n3\n");
  write(folder.path() / "classes.txt", "dog\ncat\n");
  const auto listed = open(file, "", false);
  REQUIRE(listed->size() == 3);
  CHECK(objects(*listed, 2).empty());
  CHECK(listed->class_names() == std::vector<std::string>{"dog", "cat"});
  CHECK(objects(*listed, 0)[0].label == 1);
  CHECK(fault_of("4 dog 1 2 3 4 0\n").find("not in ids.txt") != std::string::npos);
  CHECK(fault_of("1 dog 1 2 3 4\n").find("line 1: '1 dog 1 2 3 4': expected: id class") !=
        std::string::npos);
  CHECK(fault_of("1 cow 1 2 3 4 0\n").find("unknown class 'cow', known: dog, cat") !=
        std::string::npos);
  CHECK(fault_of("\n1 dog 1 2 x 4 0\n").find("line 2") != std::string::npos);
  CHECK(fault_of("1 dog 3 2 1 4 0\n").find("x2 < x1") != std::string::npos);
  CHECK(fault_of("1 dog 1 2 nan 4 0\n").find("'nan' is not a number") != std::string::npos);
}

TEST_CASE("voc detection: the real sets") {
  const auto root = real_data("voc_imagenet/voc");
  if (!root) return;
  const auto all = open(*root + "/voc2007_test_gt/voc2007_test_gt.txt", "", false);
  CHECK(all->size() == 4952);
  std::size_t count = 0, difficult = 0;
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < all->size(); ++i) {
    position[all->id(i)] = i;
    for (const auto& o : objects(*all, i)) {
      ++count;
      difficult += o.difficult;
    }
  }
  CHECK(count == 14976);
  CHECK(difficult == 2944);

  // The same 21 images from their XML files.
  const auto sample = open(*root + "/voc2007_test_sample");
  REQUIRE(sample->size() == 21);
  for (std::size_t i = 0; i < sample->size(); ++i) {
    CHECK(sample->image(i).bytes.size() > 1000);
    auto from_xml = objects(*sample, i);
    auto from_text = objects(*all, position.at(sample->id(i)));
    REQUIRE(from_xml.size() == from_text.size());
    const auto as_set = [](const std::vector<ObjectBox>& boxes) {
      std::multiset<std::tuple<int, double, double, double, double, bool>> set;
      for (const auto& o : boxes) {
        set.emplace(o.label, o.box.x1, o.box.y1, o.box.x2, o.box.y2, o.difficult);
      }
      return set;
    };
    CHECK(as_set(from_xml) == as_set(from_text));
  }
  CHECK(open(*root + "/voc2007_test_sample", "ids.txt")->digest() == sample->digest());
  CHECK(open(*root + "/voc2012_trainval_100")->size() == 100);
}

TEST_CASE("voc segmentation: sets, missing masks, real masks") {
  TemporaryFolder folder;
  const auto open_masks = [](const fs::path& root, const std::string& list = "",
                             bool images = false) {
    return open_voc_segmentation({.root = root.string(), .list = list, .need_images = images});
  };
  const auto year = folder.path() / "VOC2012";
  write(year / "SegmentationClass/2007_000033.png", "not a PNG");
  write(year / "ImageSets/Segmentation/val.txt", "2007_000033\n");
  const auto data = open_masks(folder.path());
  CHECK(data->size() == 1);
  CHECK(data->class_names().size() == 21);
  CHECK(data->class_names()[0] == "background");
  CHECK(data->class_names()[20] == "tvmonitor");
  CHECK_THROWS_AS(data->truth(0), Error);
  error_of(Fault::missing, [&] { data->image(0); });
  error_of(Fault::missing, [&] { open_masks(folder.path(), "", true); });
  write(year / "ImageSets/Segmentation/val.txt", "2007_000033\n2007_000042\n");
  CHECK(error_of(Fault::missing, [&] {
          open_masks(folder.path());
        }).find("1 of 2 annotations are not in") != std::string::npos);
}

TEST_CASE("voc segmentation: the real masks") {
  const auto root = real_data("voc_imagenet/voc/voc2012_seg_masks");
  if (!root) return;
  const auto data = open_voc_segmentation({.root = *root, .need_images = false});
  REQUIRE(data->size() == 93);
  CHECK(data->digest().size() == 64);
  std::vector<std::size_t> labelled(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < labelled.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < data->size(); i += 5) {
        const Truth truth = data->truth(i);
        for (const auto label : std::get<LabelMap>(truth).labels) labelled[t] += label < 255;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(labelled[0] > 19 * 100'000);
  CHECK(labelled[0] == labelled[3]);
}

}  // namespace
}  // namespace bench
