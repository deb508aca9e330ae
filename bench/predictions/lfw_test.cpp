#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "bench/predictions/readers.h"
#include "bench/predictions/testing.h"
#include "models/error.h"
#include "models/testing.h"

using namespace bench;

namespace {

/// Two pairs, whose order in pairs.txt is not that of the images.
struct Files {
  testing::TemporaryFolder folder;
  testing::ListedDataset dataset{"lfw"};

  Files() {
    dataset.add("Ann/Ann_0001", std::vector{FacePair{1, 1, "Bob/Bob_0001", false}});
    dataset.add("Bob/Bob_0001", std::vector<FacePair>{});
    dataset.add("Bob/Bob_0002", std::vector{FacePair{0, 0, "Bob/Bob_0001", true}});
  }
  std::string write(const std::string& name, const std::string& content) const {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  std::optional<PairScores> scores(const std::string& text) const {
    return read_lfw_pair_scores(write("scores.txt", text), dataset);
  }
  Predictions embeddings(const std::string& text) const {
    return read_lfw_predictions(write("embeddings.txt", text), dataset);
  }
};

std::vector<float> values(const Predictions& predictions, const std::string& id) {
  return std::get<Embedding>(predictions.answers.at(id)).values;
}

/// A .npy file of format 1.0 around the bytes of `data`.
template <class Value>
std::string npy(const std::string& header, const std::vector<Value>& data) {
  std::string bytes = "\x93NUMPY";
  bytes += std::string("\1\0", 2);
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  bytes += header;
  for (const Value value : data) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
  }
  return bytes;
}

const std::string float_header =
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }          \n";

}  // namespace

TEST_CASE("lfw predictions: distances and similarities of pairs") {
  const Files files;
  const auto distances = files.scores("# distance\n0.5\n\n1.25 \n");
  REQUIRE(distances);
  CHECK(distances->warnings.empty());
  REQUIRE(distances->pairs.size() == 2);
  CHECK(distances->pairs[0].same);  // pair 0 of pairs.txt comes first
  CHECK(distances->pairs[0].fold == 0);
  CHECK(distances->pairs[0].distance == 0.5);
  CHECK_FALSE(distances->pairs[1].same);
  CHECK(distances->pairs[1].fold == 1);
  // |a - b|^2 = 2 - 2 cos: .75 gives .5, .25 gives 1.5.
  const auto similarities = files.scores("#similarity of my network\n0.75\n0.25\n");
  REQUIRE(similarities);
  CHECK(similarities->pairs[0].distance == 0.5);
  CHECK(similarities->pairs[1].distance == 1.5);
}

TEST_CASE("lfw predictions: faults of pair scores") {
  const Files files;
  CHECK_THROWS_WITH(files.scores("0.5\n1.25\n"),
                    Catch::Contains("'# distance'") && Catch::Contains("'# similarity'"));
  CHECK_THROWS_WITH(files.scores("# scores\n0.5\n1.25\n"), Catch::Contains("'# distance'"));
  CHECK_THROWS_WITH(files.scores("# distance\n0.5\n"),
                    Catch::Contains("holds 1 numbers, but the data set lists 2 pairs"));
  CHECK_THROWS_WITH(files.scores("# distance\n0.5\nx\n"),
                    Catch::Contains("scores.txt:3: 'x' is not one number"));
  CHECK_THROWS_WITH(files.scores("# distance\n0.5 1\n1\n"),
                    Catch::Contains("scores.txt:2: '0.5 1'"));
  CHECK_THROWS_AS(read_lfw_pair_scores("/no/such/file", files.dataset), Error);
  CHECK_THAT(files.scores("# distance\n0.5\nnan\n")->warnings.at(0),
             Catch::Contains("outside 0..4 (first: ") && Catch::Contains("scores.txt:3"));
  CHECK_THAT(files.scores("# similarity\n0.25\n0.75\n")->warnings.at(0),
             Catch::Contains("same person lie farther apart"));
}

TEST_CASE("lfw predictions: embeddings as text") {
  const Files files;
  const std::string text = "Ann/Ann_0001.jpg 1 2\nBob_0001\t3 -4.5\n# note\nBob/Bob_0002 5 6\n";
  CHECK_FALSE(files.scores(text));
  const auto read = files.embeddings(text);
  CHECK(read.warnings.empty());
  CHECK(values(read, "Ann/Ann_0001") == std::vector<float>{1, 2});
  CHECK(values(read, "Bob/Bob_0001") == std::vector<float>{3, -4.5});
  const auto part = files.embeddings("Ann_0001 1 2\nEve_0001 1 2\n");
  REQUIRE(part.warnings.size() == 2);
  CHECK_THAT(part.warnings[0],
             Catch::Contains("2 of 3 images have no embedding (first: Bob/Bob_0001)"));
  CHECK_THAT(part.warnings[1], Catch::Contains("embeddings.txt:2"));
}

TEST_CASE("lfw predictions: faults of embeddings") {
  const Files files;
  CHECK_THROWS_WITH(files.embeddings("Ann_0001 1 2\nBob_0001 1\n"),
                    Catch::Contains("embeddings.txt:2: the embedding of 'Bob_0001' has 1 values "
                                    "where 2 are expected"));
  CHECK_THROWS_WITH(files.embeddings("Ann_0001 1 x\n"), Catch::Contains("value 2, 'x'"));
  CHECK_THROWS_WITH(files.embeddings("Ann_0001\n"), Catch::Contains("has 0 values"));
  CHECK_THROWS_WITH(files.embeddings("Ann_0001 1\nAnn/Ann_0001 1\n"),
                    Catch::Contains(":2: 'Ann/Ann_0001' has an embedding already"));
  CHECK_THROWS_WITH(files.embeddings("Eve_0001 1\n"), Catch::Contains("holds no embedding"));
  CHECK_THROWS_WITH(files.embeddings(""), Catch::Contains("holds no embedding"));
  CHECK_THROWS_WITH(files.embeddings("# distance\n1\n2\n"),
                    Catch::Contains("embeddings are needed"));
}

TEST_CASE("lfw predictions: embeddings as .npy with names beside") {
  const Files files;
  files.write("e_names.txt", "Ann/Ann_0001\nBob/Bob_0001\nBob/Bob_0002\n");
  const auto floats =
      files.write("e.npy", npy(float_header, std::vector<float>{1, 2, 3, 4, 5.5f, 6}));
  CHECK_FALSE(read_lfw_pair_scores(floats, files.dataset));
  const auto read = read_lfw_predictions(floats, files.dataset);
  CHECK(values(read, "Ann/Ann_0001") == std::vector<float>{1, 2});
  CHECK(values(read, "Bob/Bob_0002") == std::vector<float>{5.5f, 6});
  CHECK(read.files.size() == 2);
  std::string header = float_header;
  header.replace(header.find("<f4"), 3, "<f8");
  const auto doubles = files.write("e.npy", npy(header, std::vector<double>{1, 2, 3, 4, 5.5, 6}));
  CHECK(read_lfw_predictions(doubles, files.dataset).answers == read.answers);
}

TEST_CASE("lfw predictions: faults of .npy files") {
  const Files files;
  files.write("e_names.txt", "Ann/Ann_0001\nBob/Bob_0001\n");
  const std::vector<float> six = {1, 2, 3, 4, 5, 6};
  const auto fault = [&](const std::string& bytes, const std::string& what) {
    const std::string path = files.write("e.npy", bytes);
    CHECK_THROWS_WITH(read_lfw_predictions(path, files.dataset), Catch::Contains(what));
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string header = float_header;
    header.replace(header.find(from), from.size(), to);
    return npy(header, six);
  };
  fault(npy(float_header, six), "e_names.txt names 2 images, but");
  fault(npy(float_header, std::vector<float>{1}), "needs 6 values, but 4 bytes follow");
  fault(changed("<f4", "<i4"), "must be float32 or float64");
  fault(changed("False", "True"), "fortran_order is not False");
  fault(changed("(3, 2)", "(6,)"), "shape is not (images, values)");
  fault(changed("(3, 2)", "(3, 2, 1)"), "shape is not (images, values)");
  fault(changed("(3, 2)", "(99999999999, 2)"), "shape is not (images, values)");
  fault(changed("(3, 2)", "(4294967295, 4294967295)"), "needs 18446744065119617025 values");
  fault(changed("'shape'", "'shade'"), "no field 'shape'");
  fault("", "not a .npy file");
  fault("\x93NUMPY", "not a .npy file");
  fault(npy(float_header, six).substr(0, 40), "the header is longer than the file");
  CHECK_THROWS_WITH(
      read_lfw_predictions(files.write("lonely.npy", npy(float_header, six)), files.dataset),
      Catch::Contains("lonely_names.txt: not there"));
  CHECK_THROWS_AS(read_lfw_predictions("/no/such.npy", files.dataset), Error);
}
