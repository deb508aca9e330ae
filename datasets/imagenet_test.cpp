#include "datasets/imagenet.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <map>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;
namespace fs = std::filesystem;

// Synset k of a made-up thousand.
std::string synset(int k) {
  char text[16];
  std::snprintf(text, sizeof text, "n%08d", 1000 + 3 * k);
  return text;
}

std::string synset_words() {
  std::string text;
  for (int k = 0; k < 1000; ++k) text += synset(k) + " word " + std::to_string(k) + "\n";
  return text;
}

std::string image_name(int number) {
  char text[32];
  std::snprintf(text, sizeof text, "ILSVRC2012_val_%08d", number);
  return text;
}

std::unique_ptr<Dataset> open(const fs::path& root, const std::string& list = "",
                              bool images = true) {
  return open_imagenet({.root = root.string(), .list = list, .need_images = images});
}

int label(const Dataset& data, std::size_t index) {
  return std::get<ClassLabel>(data.truth(index)).index;
}

std::string fault_of(Fault fault, const fs::path& root, bool images = true) {
  return error_of(fault, [&] { open(root, "", images); });
}

void says(const std::string& message, const std::string& part) {
  INFO(message);
  CHECK(message.find(part) != std::string::npos);
}

void check_three(const Dataset& data) {
  REQUIRE(data.size() == 3);
  for (int i = 0; i < 3; ++i) CHECK(data.id(static_cast<std::size_t>(i)) == image_name(i + 1));
  CHECK(label(data, 0) == 65);
  CHECK(label(data, 1) == 970);
  CHECK(label(data, 2) == 230);
  CHECK(data.class_names().size() == 1000);
  CHECK(data.image(1).bytes.size() == 2);
}

TEST_CASE("imagenet: a folder per synset") {
  TemporaryFolder folder;
  const auto root = folder.path();
  for (const auto& [number, k] : std::map<int, int>{{1, 65}, {2, 970}, {3, 230}}) {
    write(root / "val" / synset(k) / (image_name(number) + ".JPEG"), "xx");
  }
  says(fault_of(Fault::missing, root), "val holds 3 folders of synsets, so the list of the 1,000");
  SECTION("numbered by a list of synsets") {
    write(root / "labels/synset_words.txt", synset_words());
    const auto data = open(root);
    check_three(*data);
    CHECK(data->class_names()[65] == "word 65");
    write(root / "val" / "n99999999" / "x.JPEG", "xx");
    says(fault_of(Fault::bad_data, root), "synset n99999999 is not one of the 1,000");
  }
  SECTION("numbered by all the folders themselves") {
    for (int k = 0; k < 1000; ++k) fs::create_directories(root / "val" / synset(k));
    check_three(*open(root));
    check_three(*open(root / "val"));
    CHECK(open(root)->class_names()[1] == synset(1));
  }
  SECTION("equal names in two folders") {
    write(root / "imagenet_synsets.txt", synset_words());
    write(root / "val" / synset(1) / (image_name(3) + ".png"), "xx");
    CHECK(open(root)->id(3) == synset(230) + "/" + image_name(3));
  }
}

TEST_CASE("imagenet: a flat folder and a list") {
  TemporaryFolder folder;
  const auto root = folder.path();
  for (int i = 1; i <= 3; ++i) write(root / "val" / (image_name(i) + ".JPEG"), "xx");
  says(fault_of(Fault::missing, root),
       "no ImageNet labels under " + root.string() + ": no folders or files named by synset");
  const auto line = [](int i, const std::string& l) { return image_name(i) + ".JPEG " + l + "\n"; };
  write(root / "val.txt", line(1, "65") + line(2, "970") + line(3, "230"));
  const auto data = open(root);
  check_three(*data);
  CHECK(data->class_names()[65] == "65");
  check_three(*open(root / "val.txt"));
  fs::rename(root / "val.txt", root / "caffe_val.txt");
  CHECK(open(root)->digest() == data->digest());
  write(root / "some.txt", image_name(2) + "\n");
  CHECK(open(root, "some.txt")->size() == 1);
  write(root / "caffe_val.txt", line(1, "65") + line(2, "970") + line(3, "230") + line(4, "9"));
  says(fault_of(Fault::missing, root), "1 of 4 images are not under " + (root / "val").string() +
                                           ": first ILSVRC2012_val_00000004.JPEG");
  CHECK(open(root, "val")->size() == 3);  // a folder as the list
  const auto bad = [&](const std::string& text, const std::string& part) {
    write(root / "val.txt", text);
    says(fault_of(Fault::bad_data, root), part);
  };
  bad(line(1, "65") + line(2, "1000"),
      "line 2: 'ILSVRC2012_val_00000002.JPEG 1000': labels are 0 "
      "to 999 in the order of the sorted synsets; this list seems "
      "to count from 1");
  bad("a.JPEG\n", "line 1: 'a.JPEG': expected 'NAME LABEL'");
  bad("a.JPEG tench\n", "expected 'NAME LABEL'");
  bad(line(1, "65") + line(1, "65"), "two images have the id");
  bad("\n", "lists no image");
}

TEST_CASE("imagenet: files named by synset") {
  TemporaryFolder folder;
  const auto root = folder.path() / "sample";
  write(root / (synset(7) + "_tench.JPEG"), "xx");
  write(root / (synset(3) + "_red fox.JPEG"), "xx");
  says(fault_of(Fault::missing, root), "imagenet_synsets.txt or synset_words.txt; looked in");
  write(folder.path() / "labels/imagenet_synsets.txt", synset_words());
  const auto data = open(root);
  REQUIRE(data->size() == 2);
  CHECK(data->id(0) == synset(3) + "_red fox");
  CHECK(label(*data, 0) == 3);
  CHECK(label(*data, 1) == 7);
  write(folder.path() / "list.txt", synset(3) + "_red fox.JPEG\n");
  CHECK(open(root, (folder.path() / "list.txt").string())->size() == 1);
  write(folder.path() / "labels/imagenet_synsets.txt", "n00000001\nn00000002\n");
  says(fault_of(Fault::bad_data, root), "holds 2 synsets, ImageNet has 1,000");
}

// The devkit's number of our label k, made up: reversed.
int devkit_number(int k) { return 1000 - k; }

std::string devkit_truth() {
  std::string text;
  for (const int k : {65, 970, 230}) text += std::to_string(devkit_number(k)) + "\n";
  for (int i = 3; i < 50'000; ++i) text += "7\n";
  return text;
}

std::string meta_mat() {
  std::vector<std::string> values;
  const auto add = [&](int number, const std::string& id, const std::string& words) {
    values.push_back(mat_numbers({1, 1}, {number}));
    values.push_back(mat_text(id));
    values.push_back(mat_text(words));
  };
  for (int k = 0; k < 1000; ++k) add(devkit_number(k), synset(k), "word " + std::to_string(k));
  add(1001, "n00001740", "entity");  // an inner node of the tree
  return mat_file(mat_struct({"ILSVRC2012_ID", "WNID", "words"}, values, "synsets"));
}

TEST_CASE("imagenet: the devkit's numbers") {
  TemporaryFolder folder;
  const auto root = folder.path();
  const auto devkit = root / "ILSVRC2012_devkit_t12/data";
  const auto truth = devkit / "ILSVRC2012_validation_ground_truth.txt";
  for (int i = 1; i <= 3; ++i) write(root / "val" / (image_name(i) + ".JPEG"), "xx");
  write(truth, devkit_truth());
  says(fault_of(Fault::missing, root), "to turn them into labels one of meta.mat");
  write(devkit / "meta.mat", meta_mat());
  const auto data = open(root, "val");
  check_three(*data);
  CHECK(data->class_names()[970] == "word 970");
  CHECK(open(root, "", false)->size() == 50'000);
  says(fault_of(Fault::missing, root), "49,997 of 50,000 images are not under");

  std::string map = "item {\n  name: \"none_of_the_above\"\n  label: 0\n}\n";
  for (int k = 0; k < 1000; ++k) {
    map += "item {\n  name: \"" + synset(k) + "\"\n  label: " + std::to_string(devkit_number(k)) +
           "\n  display_name: \"two words\"\n}\n";
  }
  fs::remove(devkit / "meta.mat");
  write(root / "labels/labelmap_ilsvrc_clsloc.prototxt", map);
  CHECK(open(root, "val")->digest() == data->digest());
  CHECK(open(root, "", false)->class_names()[0] == "two words");

  write(truth, "1\n");
  says(fault_of(Fault::bad_data, root), "1 labels, the validation set has 50,000 images");
  write(truth, "65\n970\n0\n");
  says(fault_of(Fault::bad_data, root),
       "line 3: '0': the devkit counts from 1 in its own order; "
       "this file seems to hold labels from 0, as in Caffe's");
  write(truth, "1001\n");
  says(fault_of(Fault::bad_data, root), "line 1: '1001'");
}

TEST_CASE("imagenet: the validation tar, in place") {
  TemporaryFolder folder;
  const auto root = folder.path();
  std::string tar, list;
  const int labels[] = {65, 970, 230};
  for (int i = 1; i <= 3; ++i) {
    const std::string name = image_name(i) + ".JPEG";
    tar += tar_member(name, "xx");
    list += name + " " + std::to_string(labels[i - 1]) + "\n";
  }
  const auto path = root / "ILSVRC2012_img_val.tar";
  write(path, tar + std::string(1024, '\0'));
  says(fault_of(Fault::missing, path), "no labels beside " + path.string());
  write(root / "val.txt", list);
  check_three(*open(root));
  const auto data = open(path);
  check_three(*data);
  CHECK(data->image(2).file == path.string() + ":ILSVRC2012_val_00000003.JPEG");
  write(root / "val.txt", list + image_name(4) + ".JPEG 1\n");
  says(fault_of(Fault::missing, root), "1 of 4 images are not under " + path.string());
  write(path, tar);
  says(fault_of(Fault::bad_data, root), "cut short");
}

TEST_CASE("imagenet: the Kaggle copy") {
  TemporaryFolder folder;
  const auto root = folder.path();
  for (int i = 1; i <= 3; ++i) {
    write(root / "ILSVRC/Data/CLS-LOC/val" / (image_name(i) + ".JPEG"), "xx");
  }
  const auto line = [](int i, int k) {
    return image_name(i) + "," + synset(k) + " 85 1 499 272 " + synset(k) + " 1 2 3 4 \n";
  };
  write(root / "LOC_val_solution.csv",
        "ImageId,PredictionString\n" + line(3, 230) + line(1, 65) + line(2, 970));
  says(fault_of(Fault::missing, root), "LOC_val_solution.csv labels images by synset, so the list");
  write(root / "LOC_synset_mapping.txt", synset_words());
  check_three(*open(root));
  write(root / "LOC_val_solution.csv", "ImageId,PredictionString\na,n1 1 2 3 4\n");
  says(fault_of(Fault::bad_data, root), "line 2: 'a,n1 1 2 3 4': does not begin with one of");
}

TEST_CASE("imagenet: the csv of NIPS 2017") {
  TemporaryFolder folder;
  const auto root = folder.path();
  write(root / "images.csv", "ImageId,Author,TrueLabel\nb,\"Doe, \"\"J\"\"\",306\na,x,1000\n");
  write(root / "images/a.png", "x");
  says(fault_of(Fault::missing, root), "1 of 2 images are not under");
  const auto data = open(root, "", false);
  REQUIRE(data->size() == 2);
  CHECK(data->id(0) == "b");  // the order of the list
  CHECK(label(*data, 0) == 305);
  CHECK(label(*data, 1) == 999);
  CHECK(open(root, "images")->size() == 1);
  write(root / "images.csv", "ImageId,TrueLabel\na,0\n");
  says(fault_of(Fault::bad_data, root), "line 2: 'a,0': TrueLabel is not 1 to 1000");
  write(root / "images.csv", "ImageId,Label\na,1\n");
  says(fault_of(Fault::bad_data, root), "no column TrueLabel");
  write(root / "images.csv", "ImageId,TrueLabel\na\n");
  says(fault_of(Fault::bad_data, root), "1 fields under 2 headings");
}

TEST_CASE("imagenet: the real samples") {
  const auto root = real_data("voc_imagenet/imagenet");
  if (!root) return;
  const auto sample = open(*root + "/sample1000");
  REQUIRE(sample->size() == 200);
  CHECK(sample->id(0) == "n01440764_tench");
  CHECK(sample->class_names()[0] == "tench, Tinca tinca");
  for (std::size_t i = 0; i < 200; ++i) CHECK(label(*sample, i) == static_cast<int>(5 * i));

  CHECK(open(*root + "/nips2017", "", false)->size() == 200);
  const auto nips = open(*root + "/nips2017", "images");
  REQUIRE(nips->size() == 40);
  CHECK(nips->id(0) == "0c7ac4a8c9dfa802");
  CHECK(label(*nips, 0) == 305);
  CHECK(nips->image(0).bytes.size() > 1000);
}

// The 50,000 real labels in Caffe's order; the devkit's numbers made from them by the real map must
// lead back to them.
TEST_CASE("imagenet: the real labels, as Caffe's list and in the devkit's numbers") {
  const auto labels = real_data("voc_imagenet/imagenet/labels");
  if (!labels) return;
  gzFile in = gzopen((*labels + "/caffe_val.txt.gz").c_str(), "rb");
  REQUIRE(in);
  std::string list(4u << 20, '\0');
  const int size = gzread(in, list.data(), static_cast<unsigned>(list.size()));
  gzclose(in);
  REQUIRE(size > 0);
  list.resize(static_cast<std::size_t>(size));
  TemporaryFolder caffe;
  write(caffe.path() / "val.txt", list);
  const auto data = open(caffe.path(), "", false);
  REQUIRE(data->size() == 50'000);
  CHECK(label(*data, 0) == 65);
  std::vector<int> per_class(1000, 0);
  for (std::size_t i = 0; i < data->size(); ++i) {
    ++per_class[static_cast<std::size_t>(label(*data, i))];
  }
  CHECK(per_class == std::vector<int>(1000, 50));

  std::map<std::string, int> number_of;  // synset -> the devkit's
  std::ifstream map(*labels + "/labelmap_ilsvrc_clsloc.prototxt");
  std::string word, id;
  while (map >> word) {
    if (word == "name:") map >> id;
    if (word == "label:") map >> number_of[id.substr(1, id.size() - 2)];
  }
  CHECK(number_of.at("n02119789") == 1);  // the kit fox
  number_of.erase("none_of_the_above");
  std::vector<int> numbers;  // by label: the map is sorted by synset
  for (const auto& [key, number] : number_of) numbers.push_back(number);
  std::string truth;
  for (std::size_t i = 0; i < data->size(); ++i) {
    truth += std::to_string(numbers.at(static_cast<std::size_t>(label(*data, i)))) + "\n";
  }
  TemporaryFolder devkit;
  write(devkit.path() / "data/ILSVRC2012_validation_ground_truth.txt", truth);
  fs::copy(*labels + "/labelmap_ilsvrc_clsloc.prototxt", devkit.path() / "data");
  const auto same = open(devkit.path(), "", false);
  CHECK(same->digest() == data->digest());
  CHECK(same->class_names()[0] == "tench");
}

}  // namespace
}  // namespace bench
