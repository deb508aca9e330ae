#include "datasets/widerface.h"

#include <catch2/catch.hpp>
#include <thread>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;

// Two events, three images; the second image has two faces, the third a placeholder.
const std::vector<std::string> events = {"0--Parade", "1--Handshaking"};
const std::string event_list = mat_cells({mat_text(events[0]), mat_text(events[1])}, "event_list");
const std::string file_list = mat_cells(
    {mat_cells({mat_text("a_1")}), mat_cells({mat_text("b_1"), mat_text("b_2")})}, "file_list");
const std::string boxes = mat_cells(
    {mat_cells({mat_numbers({1, 4}, {10, 20, 30, 40})}),
     mat_cells({mat_numbers({2, 4}, {1, 5, 2, 6, 3, 7, 4, 8}), mat_numbers({1, 4}, {0, 0, 0, 0})})},
    "face_bbx_list");
const std::string boxes_text = R"(0--Parade/a_1.jpg
1
10 20 30 40 0 0 0 0 0 0 
1--Handshaking/b_1.jpg
2
1 2 3 4 0 0 0 0 0 0 
5 6 7 8 0 0 0 0 0 0 
1--Handshaking/b_2.jpg
0
0 0 0 0 0 0 0 0 0 0 
)";

// Indices are 1-based: the first image's face, and `second` of the second's.
std::string difficulty(std::vector<int> first, std::vector<int> second) {
  const auto column = [](const std::vector<int>& v) {
    return mat_numbers({static_cast<std::uint32_t>(v.size()), v.empty() ? 0u : 1u}, v);
  };
  return mat_file(
      event_list + file_list +
      mat_cells({mat_cells({column(first)}), mat_cells({column(second), column({})})}, "gt_list"));
}

void write_difficulties(const std::filesystem::path& folder) {
  write(folder / "wider_easy_val.mat", difficulty({1}, {}));
  write(folder / "wider_medium_val.mat", difficulty({1}, {2}));
  write(folder / "wider_hard_val.mat", difficulty({1}, {1, 2}));
}

void write_images(const std::filesystem::path& folder) {
  write(folder / "0--Parade/a_1.jpg", "A1");
  write(folder / "1--Handshaking/b_1.jpg", "B1");
  write(folder / "1--Handshaking/b_2.jpg", "B2");
}

void check_all(const Dataset& data) {
  REQUIRE(data.size() == 3);
  CHECK(data.name() == "widerface");
  CHECK(data.class_names() == std::vector<std::string>{"face"});
  CHECK(data.id(0) == "0--Parade/a_1");
  CHECK(data.id(2) == "1--Handshaking/b_2");
  const auto first = std::get<std::vector<FaceBox>>(data.truth(0));
  REQUIRE(first.size() == 1);
  CHECK(first[0].box == Box{10, 20, 40, 60});  // x + w = 10 + 30, y + h = 20 + 40
  CHECK((first[0].easy && first[0].medium && first[0].hard));
  const auto second = std::get<std::vector<FaceBox>>(data.truth(1));
  REQUIRE(second.size() == 2);
  CHECK(second[0].box == Box{1, 2, 4, 6});
  CHECK((!second[0].easy && !second[0].medium && second[0].hard));
  CHECK(second[1].box == Box{5, 6, 12, 14});
  CHECK((!second[1].easy && second[1].medium && second[1].hard));
  CHECK(std::get<std::vector<FaceBox>>(data.truth(2))[0].box == Box{0, 0, 0, 0});
}

TEST_CASE("widerface: the publisher's folders, and each form of the ground truth") {
  TemporaryFolder folder;
  const auto root = folder.path();
  write_images(root / "WIDER_val/images");
  write(root / "wider_face_split/wider_face_val.mat", mat_file(event_list + file_list + boxes));
  write(root / "wider_face_split/wider_face_val_bbx_gt.txt", boxes_text);
  write_difficulties(root / "eval_tools/ground_truth");
  const auto data = open_widerface({.root = root.string()});
  check_all(*data);
  CHECK(data->image(1).bytes.size() == 2);
  CHECK(data->image(1).file == (root / "WIDER_val/images/1--Handshaking/b_1.jpg").string());

  SECTION("a ground-truth file by name") {
    for (const std::string name : {"wider_face_val.mat", "wider_face_val_bbx_gt.txt"}) {
      const auto named = open_widerface({.root = (root / "wider_face_split" / name).string()});
      check_all(*named);
      CHECK(named->image(0).bytes.size() == 2);
      CHECK(named->digest() == data->digest());
    }
  }
  SECTION("text only") {
    std::filesystem::remove(root / "wider_face_split/wider_face_val.mat");
    CHECK(open_widerface({.root = root.string()})->digest() == data->digest());
  }
  SECTION("a text that says otherwise") {
    std::string other = boxes_text;
    other.replace(other.find("5 6 7 8"), 7, "5 6 7 9");
    write(root / "wider_face_split/wider_face_val_bbx_gt.txt", other);
    CHECK(error_of(Fault::bad_data, [&] {
            open_widerface({.root = root.string()});
          }).find("differ: image 1--Handshaking/b_1 box 2") != std::string::npos);
  }
  SECTION("no difficulty") {
    std::filesystem::remove(root / "eval_tools/ground_truth/wider_hard_val.mat");
    CHECK(error_of(Fault::missing, [&] {
            open_widerface({.root = root.string()});
          }).find("no wider_hard_val.mat under " + root.string()) != std::string::npos);
  }
  SECTION("an index beyond the boxes") {
    write(root / "eval_tools/ground_truth/wider_hard_val.mat", difficulty({2}, {1}));
    CHECK(error_of(Fault::bad_data, [&] {
            open_widerface({.root = root.string()});
          }).find("image 0--Parade/a_1 has 1 boxes, index 2 is listed") != std::string::npos);
  }
}

TEST_CASE("widerface: the flags text, lists, and what is missing") {
  TemporaryFolder folder;
  const auto root = folder.path();
  write(root / "gt/wider_val_gt_flags.txt",
        "0--Parade/a_1\n1\n10 20 30 40 1 1 1 0\n1--Handshaking/b_1\n2\n"
        "1 2 3 4 0 0 1 0\n5 6 7 8 0 1 1 0\n1--Handshaking/b_2\n1\n0 0 0 0 0 0 0 1\n");
  const auto open = [&](const std::string& list = "", bool images = true) {
    return open_widerface({.root = root.string(), .list = list, .need_images = images});
  };
  CHECK(error_of(Fault::missing, [&] { open(); })
            .find("(looked in WIDER_val/images, images, "
                  "wider_val_images, itself)") != std::string::npos);
  const auto blind = open("", false);
  check_all(*blind);
  error_of(Fault::missing, [&] { blind->image(0); });

  write(root / "images/1--Handshaking/b_2.jpg", "x");
  CHECK(error_of(Fault::missing, [&] { open(); })
            .find("2 of 3 images are not under " + (root / "images").string() +
                  ": first 0--Parade/a_1.jpg, 1--Handshaking/b_1.jpg; get them from the WIDER FACE "
                  "page") != std::string::npos);
  write_images(root / "images");
  check_all(*open());

  write(root / "list.txt", "WIDER_val/images/1--Handshaking/b_2.jpg\n\n0--Parade/a_1\r\n");
  const auto some = open((root / "list.txt").string());
  REQUIRE(some->size() == 2);
  CHECK(some->id(0) == "0--Parade/a_1");  // the order of the data set
  CHECK(some->digest() != blind->digest());
  CHECK(open("list.txt")->digest() == some->digest());  // found under the root
  write(root / "list.txt", "0--Parade/a_1\n0--Parade/a_2\n");
  CHECK(error_of(Fault::bad_data, [&] { open("list.txt"); })
            .find("line 2: '0--Parade/a_2': no such "
                  "image") != std::string::npos);
  write(root / "list.txt", "0--Parade/a_1\n0--Parade/a_1.jpg\n");
  CHECK(error_of(Fault::bad_data, [&] { open("list.txt"); }).find("already listed on line 1") !=
        std::string::npos);
  error_of(Fault::missing, [&] { open("no-such-list.txt"); });
}

TEST_CASE("widerface: a damaged text names its line") {
  TemporaryFolder folder;
  const auto file = folder.path() / "wider_face_val_bbx_gt.txt";
  const auto fault_of = [&](const std::string& content) {
    write(file, content);
    return error_of(Fault::bad_data,
                    [&] { open_widerface({.root = file.string(), .need_images = false}); });
  };
  CHECK(fault_of("a.jpg\n1\n").find("line 1: 'a.jpg': expected an image") != std::string::npos);
  CHECK(fault_of("e/a.jpg\n").find("line 1") != std::string::npos);
  CHECK(fault_of("e/a.jpg\nmany\n").find("line 2: 'many'") != std::string::npos);
  CHECK(fault_of("e/a.jpg\n2000000000\n1 2 3 4 0 0 0 0 0 0\n").find("line 2") != std::string::npos);
  CHECK(fault_of("e/a.jpg\n1\n1 2 3\n").find("line 3: '1 2 3': expected 10") != std::string::npos);
  CHECK(fault_of("e/a.jpg\n1\n1 2 3 x 0 0 0 0 0 0\n").find("'x' is not a number") !=
        std::string::npos);
  CHECK(fault_of("").find("lists no image") != std::string::npos);
}

struct Counts {
  std::size_t boxes = 0, easy = 0, medium = 0, hard = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

Counts count_faces(const Dataset& data) {
  Counts counts;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const Truth truth = data.truth(i);
    for (const auto& face : std::get<std::vector<FaceBox>>(truth)) {
      ++counts.boxes;
      counts.easy += face.easy;
      counts.medium += face.medium;
      counts.hard += face.hard;
    }
  }
  return counts;
}

TEST_CASE("widerface: the real ground truth") {
  const auto root = real_data("face");
  if (!root) return;
  const Counts published = {39708, 7211, 13319, 31958};
  const auto data = open_widerface({.root = *root, .need_images = false});
  CHECK(data->size() == 3226);
  CHECK(count_faces(*data) == published);

  const auto flags =
      open_widerface({.root = *root + "/gt/wider_val_gt_flags.txt", .need_images = false});
  CHECK(count_faces(*flags) == published);
  CHECK(flags->digest() == data->digest());

  // The text differs from the .mat in one box, of width 0 instead of -2.
  const auto text =
      open_widerface({.root = *root + "/gt/wider_face_val_bbx_gt.txt", .need_images = false});
  CHECK(count_faces(*text) == published);
  CHECK(text->digest() != data->digest());
  REQUIRE(text->size() == data->size());
  int differ = 0;
  for (std::size_t i = 0; i < data->size(); ++i) {
    CHECK(text->id(i) == data->id(i));
    const auto a = std::get<std::vector<FaceBox>>(data->truth(i));
    const auto b = std::get<std::vector<FaceBox>>(text->truth(i));
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (a[k].box == b[k].box) continue;
      ++differ;
      CHECK(data->id(i) == "39--Ice_Skating/39_Ice_Skating_iceskiing_39_583");
      CHECK(k == 7);
      CHECK(a[k].box == Box{1026, 474, 1024, 497});
    }
  }
  CHECK(differ == 1);
}

TEST_CASE("widerface: the real images at hand") {
  const auto root = real_data("face");
  if (!root) return;
  CHECK(error_of(Fault::missing, [&] {
          open_widerface({.root = *root});
        }).find("3,074 of 3,226 images are not under") != std::string::npos);
  const auto data = open_widerface({.root = *root, .list = *root + "/wider_val_images.txt"});
  REQUIRE(data->size() == 152);
  std::vector<std::size_t> bytes(152 * 4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 152; ++i) bytes[t * 152 + i] = data->image(i).bytes.size();
    });
  }
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < 152; ++i) {
    CHECK(bytes[i] > 1000);
    CHECK(bytes[i] == bytes[i + 152]);
    CHECK(bytes[i] == bytes[i + 456]);
  }
}

}  // namespace
}  // namespace bench
