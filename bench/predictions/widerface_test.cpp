#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "bench/predictions/text.h"
#include "models/testing.h"

using namespace bench;
using namespace bench::testing;

namespace {

struct Folder {
  TemporaryFolder folder;
  ListedDataset dataset{"widerface"};

  Folder() {
    dataset.add("0--Parade/one", std::vector<FaceBox>{});
    dataset.add("0--Parade/two", std::vector<FaceBox>{});
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name, std::ios::binary) << text;
  }
  Predictions read() const { return read_widerface_predictions(folder.path().string(), dataset); }
  /// Reads `text` as the first image's file; the second has no detections.
  Predictions read(const std::string& text) const {
    write("0--Parade/one.txt", text);
    write("0--Parade/two.txt", "two\n0\n");
    return read();
  }
};

std::vector<Detection> first(const Predictions& predictions) {
  return std::get<Detections>(predictions.answers.at("0--Parade/one")).items;
}

}  // namespace

TEST_CASE("widerface predictions: the official layout") {
  const Folder folder;
  const auto read = folder.read("one\n2\n10 20 30 40 0.5\n1.5 2 3 4 1e-3\n");
  CHECK(read.warnings.empty());
  CHECK(read.files.size() == 2);
  REQUIRE(first(read).size() == 2);
  CHECK(first(read)[0].box == Box{10, 20, 40, 60});
  CHECK(first(read)[0].score == 0.5);
  CHECK(first(read)[1].box == Box{1.5, 2, 4.5, 6});
  CHECK(first(read)[1].score == 1e-3);
}

TEST_CASE("widerface predictions: trailing blanks, tabs, DOS line ends, no last line end") {
  const Folder folder;
  const auto read =
      folder.read("0--Parade/one.jpg \r\n 2 \r\n10 20\t30  40 0.5 \r\n\r\n5 6 3 4 +.25");
  CHECK(read.warnings.empty());
  REQUIRE(first(read).size() == 2);
  CHECK(first(read)[1].score == 0.25);
}

TEST_CASE("widerface predictions: faults name file, line and wish") {
  const Folder folder;
  const auto fault = [&](const std::string& text, const std::string& where,
                         const std::string& what) {
    CHECK_THROWS_WITH(folder.read(text), Catch::Contains("0--Parade/one.txt:" + where + ": ") &&
                                             Catch::Contains(what));
  };
  fault("", "1", "line 1 should be the image's name");
  fault("one\n", "2", "'' is not the number of detections");
  fault("one\n10 20 30 40 0.5\n", "2", "is not the number of detections");
  fault("one\n-1\n", "2", "'-1' is not the number");
  fault("one\n1\n10 20 30 40\n", "3", "4 columns where x y w h score are needed");
  fault("one\n1\n10 20 x 40 0.5\n", "3", "column 3, 'x', is not a number");
  fault("one\n1\n10,20,30,40,0.5\n", "3", "separated by blanks");
  fault("one\n1\n10 20 30 40 0.5 .\n1 2 3 4 5\n", "2", "says 1 detections, but 2 follow");
  fault("one\n99999999999999\n10 20 30 40 0.5\n", "2", "but 1 follow");
  fault("one\n99999999999999999999999\n", "2", "is not the number");
}

TEST_CASE("widerface predictions: missing, extra and misnamed files") {
  const Folder folder;
  CHECK_THROWS_WITH(folder.read(), Catch::Contains("no result file of the data set") &&
                                       Catch::Contains("0--Parade/one.txt"));
  folder.write("0--Parade/one.txt", "three.jpg\n0\n");
  folder.write("0--Parade/onee.txt", "onee\n0\n");
  const auto read = folder.read();
  REQUIRE(read.warnings.size() == 3);
  CHECK_THAT(read.warnings[0], Catch::StartsWith("1 of 2 images have no file") &&
                                   Catch::Contains("0--Parade/two.txt"));
  CHECK_THAT(read.warnings[1], Catch::Contains("0--Parade/onee.txt"));
  CHECK_THAT(read.warnings[2], Catch::Contains("0--Parade/one.txt:1"));
  // As the official tool does: an image without a file has no detections, and its faces count.
  CHECK(read.answers.at("0--Parade/two") == Answer(Detections{}));
  CHECK_THROWS_WITH(read_widerface_predictions("/no/such/folder", folder.dataset),
                    Catch::Contains("/no/such/folder: no such folder"));
}

TEST_CASE("widerface predictions: the classic mistakes") {
  const Folder folder;
  CHECK_THAT(folder.read("one\n1\n0.1 0.2 0.3 0.4 0.9\n").warnings.at(0),
             Catch::Contains("look normalised"));
  CHECK_THAT(folder.read("one\n2\n1 2 3 4 0.9\n1 2 3 4 0.9 7 8\n").warnings.at(0),
             Catch::Contains("one.txt:4") && Catch::Contains("the fifth is taken"));
  CHECK_THAT(folder.read("one\n1\n1 2 3 4 nan\n").warnings.at(0), Catch::Contains("one.txt:3"));
  CHECK(std::isinf(first(folder.read("one\n1\n1 2 3 4 1e999\n")).at(0).score));
  CHECK(first(folder.read("one\n1\n1 2 3 4 1e-999\n")).at(0).score == 0);
}

TEST_CASE("widerface predictions: corners where widths should be") {
  const Folder folder;
  std::string corners = "one\n25\n", sizes = corners;
  for (int i = 0; i < 25; ++i) {
    // Faces of 20 x 30 pixels across an image of about 1000 x 500.
    const int x = 40 * i, y = 20 * i;
    corners += fmt::format("{} {} {} {} 0.5\n", x, y, x + 20, y + 30);
    sizes += fmt::format("{} {} 20 30 0.5\n", x, y);
  }
  CHECK(folder.read(sizes).warnings.empty());
  CHECK_THAT(folder.read(corners).warnings.at(0), Catch::Contains("corners x1 y1 x2 y2"));
}

TEST_CASE("text: lines, fields and numbers") {
  Lines lines("a\r\n\nb");
  CHECK(lines.next() == "a");
  CHECK(lines.next() == "");
  CHECK(lines.next() == "b");
  CHECK(lines.number() == 3);
  CHECK_FALSE(lines.next());
  Fields fields("\t one  two ");
  CHECK(fields.next() == "one");
  CHECK(fields.next() == "two");
  CHECK_FALSE(fields.next());
  CHECK(parse_number("-1.5e3") == -1500);
  CHECK(parse_number("+2") == 2);
  CHECK_FALSE(parse_number("+-2"));
  CHECK_FALSE(parse_number("1.5x"));
  CHECK_FALSE(parse_number(""));
  CHECK(parse_count("12") == 12u);
  CHECK_FALSE(parse_count("-1"));
  CHECK_FALSE(parse_count("1.0"));
}
