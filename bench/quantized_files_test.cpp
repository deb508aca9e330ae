// Quantised files of strangers in their own arithmetic, image by image against golden files: what
// other programs answered that know nothing of this one.
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <sstream>

#include "bench/backend.h"
#include "datasets/image.h"
#include "datasets/prepare.h"
#include "models/formats/formats.h"
#include "models/formats/read_file.h"
#include "models/passes/passes.h"
#include "models/testing.h"

namespace bench {
namespace {

struct GoldenRow {
  std::string file;
  int label = 0;
  std::vector<int> best;       ///< 5, ties to the lower index
  std::vector<double> scores;  ///< of as many of them as the file has
};

/// file,label,top1..top5,s1...; images that are not in `folder` are left out.
std::vector<GoldenRow> read_golden(const std::string& path, const std::string& folder) {
  const gzFile file = gzopen(path.c_str(), "rb");
  REQUIRE(file);
  std::vector<GoldenRow> rows;
  char line[4096];
  gzgets(file, line, sizeof line);  // headings
  while (gzgets(file, line, sizeof line)) {
    std::stringstream cells(line);
    GoldenRow row;
    std::string cell;
    std::getline(cells, row.file, ',');
    std::getline(cells, cell, ',');
    row.label = std::stoi(cell);
    for (int i = 0; i < 5 && std::getline(cells, cell, ','); ++i) {
      row.best.push_back(std::stoi(cell));
    }
    while (std::getline(cells, cell, ',')) row.scores.push_back(std::stod(cell));
    if (std::filesystem::exists(folder + "/" + row.file)) rows.push_back(std::move(row));
  }
  gzclose(file);
  return rows;
}

/// A file whose scores stand at `output`, the first `dropped` of which are no classes.
struct QuantisedFile {
  std::string path, output;
  std::size_t dropped = 0;
};

struct Agreement {
  int top1 = 0, top5 = 0;            ///< hits
  int same_top1 = 0, same_top5 = 0;  ///< images with the golden answer; top-5 in its order
  double largest_difference = 0;     ///< of scores, in units of `step`
};

std::vector<std::size_t> best_five(std::span<const float> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  order.resize(5);
  return order;
}

/// What the scores are measured in: score = step * (golden - zero).
struct Units {
  double step = 1, zero = 0;
};

Agreement compare(const QuantisedFile& network, const std::string& backend, Requantization mode,
                  const std::string& preparation, const std::string& golden,
                  const std::string& folder, Units units = {}) {
  CompileOptions options;
  options.requantization = mode;
  const Graph graph = ending_at(load_network(network.path).graph, network.output);
  const auto program = find_backend(backend).compile(simplify(graph), options);
  const auto session = program->open_session();
  const auto rows = read_golden(golden, folder);
  REQUIRE(rows.size() >= 40);
  Agreement result;
  for (const GoldenRow& row : rows) {
    const std::string path = folder + "/" + row.file, bytes = read_file(path, 1 << 26);
    const DecodedImage image = decode_image(std::as_bytes(std::span(bytes)), path);
    const View view = std::move(prepare(find_preparation(preparation), image.pixels).at(0));
    const Tensor output = session->run(view.input).at(0);
    const auto scores = output.data<float>().subspan(network.dropped);
    const auto best = best_five(scores);
    result.top1 += best[0] == static_cast<std::size_t>(row.label);
    result.top5 += std::ranges::count(best, static_cast<std::size_t>(row.label)) > 0;
    result.same_top1 += best[0] == static_cast<std::size_t>(row.best[0]);
    result.same_top5 += std::ranges::equal(
        best, row.best, {}, {}, [](int label) { return static_cast<std::size_t>(label); });
    for (std::size_t i = 0; i < row.scores.size(); ++i) {
      const double score = scores[static_cast<std::size_t>(row.best[i])] / units.step + units.zero;
      result.largest_difference =
          std::max(result.largest_difference, std::abs(score - row.scores[i]));
    }
  }
  return result;
}

// The golden file: TFLite's reference integer kernels, restated elsewhere; the numbers of the
// logits, ties to the lower class.
TEST_CASE(
    "uint8 MobileNetV1 0.25: every number of every image is TFLite's, requantised as it does") {
  const auto root = testing::real_data("voc_imagenet");
  if (!root) return;
  const QuantisedFile file{*root + "/models/tflite/mobilenet_v1_0.25_128_quant.tflite",
                           "MobilenetV1/Logits/SpatialSqueeze1", 1};
  const std::string golden = *root + "/golden/imagenet/tflite_mobilenet_v1_0.25_128_quant__";
  const std::string images = *root + "/imagenet/sample1000";
  const Units logits{0.130832836, 96};
  const auto sample = [&](const std::string& backend, Requantization mode) {
    return compare(file, backend, mode, "uint8-128-central", golden + "sample.csv.gz", images,
                   logits);
  };
  const Agreement exact = sample("int8", Requantization::fixed_point);
  CHECK(exact.top1 == 100);
  CHECK(exact.top5 == 147);
  CHECK(exact.same_top5 == 200);
  CHECK(exact.largest_difference < 1e-4);
  const Agreement nips =
      compare(file, "int8", Requantization::fixed_point, "uint8-128", golden + "nips.csv.gz",
              *root + "/imagenet/nips2017/images", logits);
  CHECK(nips.top1 == 16);
  CHECK(nips.top5 == 26);
  CHECK(nips.same_top5 == 40);
  CHECK(nips.largest_difference < 1e-4);
  // Rounded once instead of twice, the same network answers a few images differently: by up to 4
  // steps of a logit.
  for (const Requantization mode : {Requantization::tflite, Requantization::float_scale}) {
    const Agreement other = sample("int8", mode);
    CHECK(std::abs(other.top1 - 100) <= 2);
    CHECK(std::abs(other.top5 - 147) <= 4);
    CHECK(other.same_top1 >= 185);
    CHECK(other.largest_difference < 4.5);
  }
  const Agreement fake = sample("fake-quant", {});
  CHECK(std::abs(fake.top1 - 100) <= 2);
  CHECK(std::abs(fake.top5 - 147) <= 4);
  CHECK(fake.same_top1 >= 185);
}

// The golden files: ncnn's arithmetic, restated elsewhere with sums in float. Each layer's result
// is a float there; here it goes to the next layer's grid at once. One number that is rounded to
// the other side changes others behind it: with the scales of all grids 2e-7 larger, the best score
// already moves by .4 on average and 3 of 100 images change their best class.
TEST_CASE("int8 MobileNetV2 of ncnn: its answers in float and in int8") {
  const auto root = testing::real_data("voc_imagenet");
  if (!root) return;
  const QuantisedFile file{*root + "/models/ncnn/dfq_mobilenetv2/model_quant_relu_equal.bin",
                           "781"};
  const std::string golden = *root + "/golden/imagenet/dfq_ncnn_mobilenetv2_";
  const auto sample = [&](const std::string& backend, const std::string& kind) {
    return compare(file, backend, Requantization::float_scale, "antialiased-256-224",
                   golden + kind + "__sample.csv", *root + "/imagenet/sample1000");
  };
  const Agreement real = sample("float", "float");
  CHECK(real.top1 == 165);
  CHECK(real.top5 == 193);
  CHECK(real.same_top5 >= 198);
  CHECK(real.largest_difference < 0.05);
  const Agreement numbers = sample("int8", "int8");
  CHECK(std::abs(numbers.top1 - 156) <= 2);
  CHECK(std::abs(numbers.top5 - 187) <= 2);
  CHECK(numbers.same_top1 >= 184);
  const Agreement fake = sample("fake-quant", "int8");
  CHECK(std::abs(fake.top1 - 156) <= 4);
  CHECK(std::abs(fake.top5 - 187) <= 2);
  CHECK(fake.same_top1 >= 184);
}

}  // namespace
}  // namespace bench
