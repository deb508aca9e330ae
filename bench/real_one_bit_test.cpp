// BMXNet's published 1-bit networks on the backends that run them: all scores of a few images
// against golden ones, and backends against each other. Skipped where the real files are absent.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "bench/backend.h"
#include "bench/files.h"
#include "bench/network.h"
#include "bench/predictions/npy.h"
#include "datasets/image.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/testing.h"

namespace bench {
namespace {

constexpr const char* backends_of_bits[] = {"fake-quant", "1-bit"};

/// What the networks' session gives, ready as the command line makes it.
class RealNetwork {
 public:
  RealNetwork(const std::string& path, const std::string& output, const std::string& backend)
      : program_(find_backend(backend).compile(
            prepare_graph(ending_at(load_network(path).graph, output), {}, {}, path).graph, {})),
        session_(program_->open_session()) {}

  std::vector<float> operator()(const Tensor& input) {
    const Tensor result = session_->run(input).at(0);
    const auto values = result.data<float>();
    return {values.begin(), values.end()};
  }

 private:
  std::unique_ptr<Program> program_;
  std::unique_ptr<Session> session_;
};

Tensor input_of(const std::string& image, const std::string& preparation) {
  const std::string bytes = read_file(image);
  const DecodedImage decoded = decode_image(std::as_bytes(std::span(bytes)), image);
  return prepare(find_preparation(preparation), decoded.pixels).at(0).input;
}

TEST_CASE("BMXNet: all 1,000 scores of single images") {
  const auto root = testing::real_data("voc_imagenet");
  if (!root) return;
  struct Row {
    const char *set, *preparation;
    std::size_t row;
    const char* image;
  };
  const Row rows[] = {
      {"sample", "mxnet-256-224", 0, "sample1000/n01440764_tench.JPEG"},
      {"sample", "mxnet-256-224", 5, "sample1000/n01496331_electric_ray.JPEG"},
      {"nips", "mxnet-224", 0, "nips2017/images/0c7ac4a8c9dfa802.png"},
      {"nips", "mxnet-224", 7, "nips2017/images/03f90f7138f761e8.png"},
  };
  for (const std::string backend : backends_of_bits) {
    RealNetwork network(
        *root + "/models/mxnet_bmxnet/binarized_imagenet-resnet18-64bit-0040.params", "fc1",
        backend);
    for (const Row& row : rows) {
      INFO(backend << ", " << row.image);
      const FloatRows golden = read_npy(*root + "/golden/imagenet/bmxnet_resnet18_1bit__" +
                                        row.set + "_first8_scores.npy");
      REQUIRE(golden.columns == 1000);
      const std::vector<float> scores =
          network(input_of(*root + "/imagenet/" + row.image, row.preparation));
      REQUIRE(scores.size() == 1000);
      float largest = 0;
      for (std::size_t i = 0; i < 1000; ++i) {
        largest = std::max(largest, std::abs(scores[i] - golden.values[row.row * 1000 + i]));
      }
      CHECK(largest < 2e-4f);  // scores are about -30
    }
  }
}

TEST_CASE("BMXNet: the 1-bit LeNet gives the same bits on every backend that runs it") {
  const auto path =
      testing::real_data("voc_imagenet/models/mxnet_bmxnet/binarized_mnist_32bit-0001.params");
  if (!path) return;
  RealNetwork simulated(*path, "fullyconnected0", "fake-quant");
  RealNetwork packed(*path, "fullyconnected0", "1-bit");
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    Tensor image({1, 1, 28, 28});
    for (float& x : image.data<float>()) x = static_cast<float>(random() % 256) / 255;
    CHECK(simulated(image) == packed(image));
  }
}

}  // namespace
}  // namespace bench
