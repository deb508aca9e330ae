#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "evaluators/golden_testing.h"
#include "evaluators/top_k.h"
#include "models/error.h"

using namespace bench;
using namespace bench::testing;
using Catch::Contains;

namespace {

struct File {
  TemporaryFolder folder;
  ListedDataset dataset{"imagenet"};

  File() {
    dataset.add("n01/a", ClassLabel{7});
    dataset.add("n02/b", ClassLabel{0});
  }
  Predictions read(const std::string& text) const {
    const auto path = folder.path() / "answers.csv";
    std::ofstream(path, std::ios::binary) << text;
    return read_imagenet_predictions(path.string(), dataset);
  }
};

std::vector<ScoredClass> of(const Predictions& predictions, const std::string& id) {
  return std::get<ClassScores>(predictions.answers.at(id)).best;
}

using Best = std::vector<ScoredClass>;

}  // namespace

TEST_CASE("ImageNet CSV: headers, orders of columns, names", "[imagenet]") {
  const std::string b = "n02/b";
  // Ranks alone become scores 2, 1; whatever the folder and ending.
  for (const char* text : {"file,top1,top2\na.JPEG,7,3\nval/b.jpeg,0,5\n", "a,7,3\nn02/b.png,0,5\n",
                           "top2,file,top1\n3,n01/a,7\r\n\n5,\"b\",0\n",
                           "\xEF\xBB\xBF"
                           "Image,Label,Top1,Top2\na,7,7,3\nb,0,0,5"}) {
    CAPTURE(text);
    const auto predictions = File().read(text);
    CHECK(of(predictions, "n01/a") == Best{{7, 2}, {3, 1}});
    CHECK(of(predictions, b) == Best{{0, 2}, {5, 1}});
    CHECK(predictions.warnings.empty());
  }
  // Without a header: label, five classes, five scores. Equal scores go by index.
  const auto all = File().read("a,7,7,3,2,1,0,9,8,8,2,1\nb,0,0,3,2,1,4,9,8,7,2,1\n");
  CHECK(of(all, "n01/a") == Best{{7, 9}, {2, 8}, {3, 8}, {1, 2}, {0, 1}});
  REQUIRE(all.warnings.size() == 1);
  CHECK_THAT(all.warnings[0], Contains("1 lines have equal scores"));
  // Sixth and further classes show ties at rank five.
  const auto six = File().read(
      "file,top1,top2,top3,top4,top5,top6,s1,s2,s3,s4,s5,s6\n"
      "a,7,3,2,1,0,9,9,8,7,6,5,5\nb,0,3,2,1,4,9,9,8,7,6,5,4\n");
  CHECK(of(six, "n01/a").size() == 6);
  CHECK(six.warnings.empty());
}

TEST_CASE("ImageNet CSV: what is wrong is named with file and line", "[imagenet]") {
  const File file;
  struct Row {
    const char *text, *message;
  };
  const Row rows[] = {
      {"a,7\nb,x\n", "answers.csv:2: 'x' is not a whole number"},
      {"a,7\nb,1.0\n", "answers.csv:2: '1.0' is not a whole number"},
      {"a,7\nb,-1\n", "answers.csv:2: class -1 is not within 0..999"},
      {"a,7\nb,1000\n", "answers.csv:2: class 1000 is not within 0..999; are these counted from 1"},
      {"a,7,7\n", "answers.csv:1: class 7 is listed twice"},
      {"a,7\na.JPEG,7\n", "answers.csv:2: image n01/a has had its line already"},
      {"a,7\nb,7,8\n", "answers.csv:2: 3 fields where the first line has 2"},
      {"a,1,2,3,4,5,6,7\n", "answers.csv:1: cannot tell the columns"},
      {"file,top1,s1\na,1,inf\n", "answers.csv:2: 'inf' is not a finite number"},
      {"z,7\n", "no line names an image of the data set such as n01/a"},
      {"", "empty"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK_THROWS_WITH(file.read(row.text), Contains(row.message));
  }
  CHECK_THROWS_AS(read_imagenet_predictions("/no/such.csv", file.dataset), Error);
  ListedDataset twins("imagenet");
  twins.add("n01/a", ClassLabel{1});
  twins.add("n02/a", ClassLabel{2});
  file.read("a,7\n");
  const auto path = (file.folder.path() / "answers.csv").string();
  CHECK_THROWS_WITH(read_imagenet_predictions(path, twins),
                    Contains("several images are called a"));
}

TEST_CASE("ImageNet CSV: warnings", "[imagenet]") {
  struct Row {
    const char *text, *warning;
  };
  const Row rows[] = {
      {"a,7\n", "1 images of the data set have no line (first: n02/b)"},
      {"a,7\nb,0\nc,1\n", "1 lines name images that are not in the data set"},
      {"file,label,top1\na,8,7\nb,0,0\n", "1 labels differ from the ground truth"},
      {"file,top1,top2,s1,s2\na,7,8,1,2\nb,0,1,2,1\n", "1 lines are not sorted by score"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto predictions = File().read(row.text);
    REQUIRE(predictions.warnings.size() == 1);
    CHECK_THAT(predictions.warnings[0], Contains(row.warning));
  }
}

TEST_CASE("ImageNet CSV: classes counted from 1 are noticed", "[imagenet]") {
  const TemporaryFolder folder;
  ListedDataset dataset("imagenet");
  const auto path = (folder.path() / "answers.csv").string();
  std::ofstream out(path);
  for (int i = 0; i < 40; ++i) {
    dataset.add("image" + std::to_string(i), ClassLabel{3 * i});
    out << "image" << i << "," << (i < 30 ? 3 * i + 1 : 999) << "\n";
  }
  out.close();
  const auto predictions = read_imagenet_predictions(path, dataset);
  REQUIRE(predictions.warnings.size() == 1);
  CHECK_THAT(predictions.warnings[0], Contains("30 of 40 best classes are the right one plus 1"));
}

TEST_CASE("golden: classifiers' CSVs read and scored", "[imagenet][golden]") {
  const auto summary_file = real_data("voc_imagenet/golden/imagenet/summary.json");
  if (!summary_file) return;
  const auto summary = nlohmann::json::parse(std::ifstream(*summary_file));
  for (const auto& [name, golden] : summary.items()) {
    CAPTURE(name);
    const Unpacked csv("voc_imagenet/golden/imagenet/" + name + ".csv.gz");
    const auto lines = fields_of(csv.path());
    ListedDataset dataset("imagenet");
    for (std::size_t i = 1; i < lines.size(); ++i) {
      dataset.add(std::filesystem::path(lines[i][0]).stem().string(),
                  ClassLabel{std::stoi(lines[i][1])});
    }
    const auto predictions = read_imagenet_predictions(csv.path().string(), dataset);
    const auto evaluator = make_top_k({"low-index", {}});
    for (std::size_t i = 0; i < dataset.size(); ++i) {
      evaluator->add(dataset.id(i), dataset.truth(i), predictions.answers.at(dataset.id(i)));
    }
    std::map<std::string, double> values;
    for (const Metric& metric : evaluator->result({0, 1})) values[metric.name] = metric.value;
    CHECK(values.at("top1") == golden.at("top1").get<double>());
    CHECK(values.at("top5") == golden.at("top5").get<double>());
    CHECK(predictions.warnings.size() == values.count("top1_optimistic"));
  }
}
