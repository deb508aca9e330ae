#include "datasets/lfw.h"

#include <zip.h>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;
namespace fs = std::filesystem;

// Two folds of one same and one different pair.
const std::string four_pairs = "2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nBob\t1\t2\nBob\t2\tAnn\t2\n";
const std::vector<std::string> four_ids = {"Ann/Ann_0001", "Ann/Ann_0002", "Bob/Bob_0001",
                                           "Bob/Bob_0002"};

std::unique_ptr<Dataset> open(const fs::path& root, const std::string& list = "",
                              bool images = true) {
  return open_lfw({.root = root.string(), .list = list, .need_images = images});
}

std::vector<FacePair> pairs_of(const Dataset& data, std::size_t index) {
  return std::get<std::vector<FacePair>>(data.truth(index));
}

std::string as_text(const FacePair& pair) {
  return std::to_string(pair.index) + " " + std::to_string(pair.fold) + " " + pair.other +
         (pair.same ? " same" : " different");
}

void check_four(const Dataset& data) {
  REQUIRE(data.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(data.id(i) == four_ids[i]);
  REQUIRE(pairs_of(data, 0).size() == 2);
  CHECK(as_text(pairs_of(data, 0)[0]) == "0 0 Ann/Ann_0002 same");
  CHECK(as_text(pairs_of(data, 0)[1]) == "1 0 Bob/Bob_0001 different");
  CHECK(pairs_of(data, 1).empty());
  CHECK(as_text(pairs_of(data, 2)[0]) == "2 1 Bob/Bob_0002 same");
  CHECK(as_text(pairs_of(data, 3)[0]) == "3 1 Ann/Ann_0002 different");
}

TEST_CASE("lfw: folders and zip, with pairs.txt beside") {
  TemporaryFolder folder;
  const auto root = folder.path();
  write(root / "pairs.txt", four_pairs);
  for (const auto& id : four_ids) write(root / "lfw" / (id + ".jpg"), "image " + id);
  const auto data = open(root);
  check_four(*data);
  CHECK(data->class_names().empty());
  CHECK(data->image(3).file == (root / "lfw/Bob/Bob_0002.jpg").string());
  CHECK(open(root / "lfw")->digest() == data->digest());  // pairs.txt in the folder above

  TemporaryFolder zipped;
  write(zipped.path() / "pairs.txt", four_pairs);
  const auto archive = zipped.path() / "faces.zip";
  zip_t* zip = zip_open(archive.c_str(), ZIP_CREATE, nullptr);
  for (const auto& id : four_ids) {
    zip_file_add(zip, ("lfw/" + id + ".png").c_str(), zip_source_buffer(zip, "png", 3, 0), 0);
  }
  REQUIRE(zip_close(zip) == 0);
  for (const auto& place : {zipped.path(), archive}) {
    const auto from_zip = open(place);
    check_four(*from_zip);
    CHECK(from_zip->image(0).bytes.size() == 3);
    CHECK(from_zip->image(0).file == archive.string() + ":lfw/Ann/Ann_0001.png");
  }
  fs::copy(archive, zipped.path() / "more.zip");
  CHECK(error_of(Fault::usage, [&] { open(zipped.path()); }).find("faces.zip, more.zip") !=
        std::string::npos);
}

TEST_CASE("lfw: other pairs, lists of images, what is missing") {
  TemporaryFolder folder;
  const auto root = folder.path();
  CHECK(error_of(Fault::missing, [&] { open(root); }).find("no pairs.txt in " + root.string()) !=
        std::string::npos);
  write(root / "pairs.txt", four_pairs);
  check_four(*open(root, "", false));
  write(root / "Ann/Ann_0001.jpg", "x");
  CHECK(error_of(Fault::missing, [&] { open(root); })
            .find("3 of 4 images are not under " + root.string() + ": first Ann/Ann_0002.jpg") !=
        std::string::npos);

  write(root / "pairsDevTest.txt", "Ann\t1\t2\nBob\t1\t2\nAnn\t1\tBob\t1\n");  // no header
  const auto dev = open(root, "pairsDevTest", false);
  REQUIRE(dev->size() == 4);
  CHECK(as_text(pairs_of(*dev, 0)[1]) == "2 0 Bob/Bob_0001 different");
  write(root / "pairsDevTrain.txt", "1\nAnn\t1\t2\nAnn\t1\tBob\t1\n");  // a lone count
  CHECK(open(root, (root / "pairsDevTrain.txt").string(), false)->size() == 3);

  write(root / "images.txt", "Ann/Ann_0001.jpg\nAnn/Ann_0002.jpg\n");
  const auto some = open(root, "images.txt", false);
  REQUIRE(some->size() == 2);
  REQUIRE(pairs_of(*some, 0).size() == 1);
  CHECK(as_text(pairs_of(*some, 0)[0]) == "0 0 Ann/Ann_0002 same");
  CHECK(open(root, (root / "Ann").string(), false)->size() == 1);  // a folder is a list too
}

TEST_CASE("lfw: wrong lines are named") {
  TemporaryFolder folder;
  const auto fault_of = [&](const std::string& text) {
    write(folder.path() / "pairs.txt", text);
    return error_of(Fault::bad_data, [&] { open(folder.path(), "", false); });
  };
  CHECK(fault_of("10\t300\nAnn\t1\t2\n").find("line 1: '10 300': this means 6000 pairs") !=
        std::string::npos);
  CHECK(fault_of("0\t300\n").find("line 1") != std::string::npos);
  CHECK(fault_of("Ann\t1\t2\n\nAnn\t1\n").find("line 3: 'Ann 1': expected 'name i j'") !=
        std::string::npos);
  CHECK(fault_of("Ann\t1\t2\t3\t4\n").find("line 1") != std::string::npos);
  CHECK(fault_of("Ann\tone\t2\n").find("'one' is not the number of an image") != std::string::npos);
  CHECK(fault_of("Ann\t0\t2\n").find("'0' is not") != std::string::npos);
  CHECK(fault_of("Ann\t1\tAnn\t2\n").find("one and the same name") != std::string::npos);
  CHECK(fault_of("../Ann\t1\t2\n").find("not the name of a person") != std::string::npos);
  CHECK(fault_of("").find("is empty") != std::string::npos);
}

TEST_CASE("lfw: the real pairs and images") {
  const auto root = real_data("face/lfw");
  if (!root) return;
  const auto data = open(*root);
  CHECK(data->size() == 7701);
  std::vector<int> same(10, 0), different(10, 0);
  std::set<int> indices;
  for (std::size_t i = 0; i < data->size(); ++i) {
    for (const auto& pair : pairs_of(*data, i)) {
      ++(pair.same ? same : different).at(static_cast<std::size_t>(pair.fold));
      indices.insert(pair.index);
    }
  }
  CHECK(same == std::vector<int>(10, 300));
  CHECK(different == std::vector<int>(10, 300));
  CHECK(indices.size() == 6000);
  CHECK(*indices.rbegin() == 5999);
  std::vector<std::size_t> bytes(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < bytes.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < data->size(); i += 7) bytes[t] += data->image(i).bytes.size();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(bytes[0] > 1100 * 3000);
  CHECK(bytes == std::vector<std::size_t>(4, bytes[0]));

  const auto dev = open(*root, "pairsDevTest", false);
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < dev->size(); ++i) pairs += pairs_of(*dev, i).size();
  CHECK(pairs == 1000);
}

}  // namespace
}  // namespace bench
