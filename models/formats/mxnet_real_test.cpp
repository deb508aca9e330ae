// BMXNet's published 1-bit networks. Skipped where the real files are absent.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string_view>

#include "models/formats/formats.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench {
namespace {

const Node& find(const Graph& graph, std::string_view name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  REQUIRE(found != graph.nodes.end());
  return *found;
}

struct Counted {
  int binary_layers = 0, signs = 0, pads = 0;
  std::int64_t binary_weights = 0;
};

template <class Layer>
void count_layer(const Node& node, Counted& counted) {
  const auto* op = std::get_if<Layer>(&node.op);
  if (!op || !op->weight_grid) return;
  ++counted.binary_layers;
  counted.binary_weights += op->weight.size();
  CHECK(op->weight_grid->scale == std::vector<float>{.5f});
  const float k = static_cast<float>(op->weight.size() / op->weight.dim(0));
  CHECK(std::ranges::count(op->bias.template data<float>(), k / 2) == op->weight.dim(0));
}

Counted count_binary(const Graph& graph) {
  Counted counted;
  for (const Node& node : graph.nodes) {
    count_layer<Conv2d>(node, counted);
    count_layer<Linear>(node, counted);
    counted.signs += std::holds_alternative<FakeQuantize>(node.op);
    counted.pads += std::holds_alternative<Pad>(node.op);
  }
  return counted;
}

TEST_CASE("BMXNet: the 1-bit ResNet-18, every word of it") {
  const auto path = testing::real_data(
      "voc_imagenet/models/mxnet_bmxnet/binarized_imagenet-resnet18-64bit-0040.params");
  if (!path) return;
  const LoadedNetwork network = load_network(*path);
  CHECK(network.format == "mxnet, 1-bit weights");
  CHECK(network.files.size() == 2);
  const Counted counted = count_binary(network.graph);
  CHECK(counted.binary_layers == 20);           // 16 of 3x3, 4 shortcuts of 1x1
  CHECK(counted.binary_weights == 11'161'600);  // 64 times the 174,400 words of the file
  CHECK(counted.pads == 16);
  CHECK(counted.signs == 20);  // behind padding and without it are two signs
  CHECK(std::get<Input>(network.graph.nodes[0].op).shape == Shape{-1, 3, -1, -1});
  CHECK(infer_shapes(network.graph, {1, 3, 224, 224}).back() == Shape{1, 1000});
  // Its file says fix_gamma for the first batch norm alone.
  const auto& first = std::get<BatchNorm>(find(network.graph, "bn_data").op);
  CHECK(std::ranges::count(first.gamma.data<float>(), 1.f) == 3);
  CHECK(first.epsilon == 2e-5f);
}

// Digits of 5 x 7 dots.
constexpr std::string_view digits[10][7] = {
    {"01110", "10001", "10001", "10001", "10001", "10001", "01110"},
    {"00100", "01100", "00100", "00100", "00100", "00100", "01110"},
    {"01110", "10001", "00001", "00010", "00100", "01000", "11111"},
    {"01110", "10001", "00001", "00110", "00001", "10001", "01110"},
    {"00010", "00110", "01010", "10010", "11111", "00010", "00010"},
    {"11111", "10000", "11110", "00001", "00001", "10001", "01110"},
    {"00110", "01000", "10000", "11110", "10001", "10001", "01110"},
    {"11111", "00001", "00010", "00010", "00100", "00100", "00100"},
    {"01110", "10001", "10001", "01110", "10001", "10001", "01110"},
    {"01110", "10001", "10001", "01111", "00001", "00010", "01100"}};

/// As MNIST has them: 28 x 28, from 0 to 1, soft edges. A dot is 3 rows of 2 pixels.
Tensor drawn(std::size_t digit) {
  Tensor image({1, 1, 28, 28});
  const auto pixels = image.data<float>();
  constexpr std::size_t weights[3] = {1, 2, 1};
  for (std::size_t y = 0; y < 21; ++y) {
    for (std::size_t x = 0; x < 10; ++x) {
      if (digits[digit][y / 3][x / 2] == '0') continue;
      for (std::size_t v = 0; v < 3; ++v) {
        for (std::size_t u = 0; u < 3; ++u) {
          pixels[(y + v + 2) * 28 + x + u + 8] += static_cast<float>(weights[v] * weights[u]) / 12;
        }
      }
    }
  }
  for (float& p : pixels) p = std::min(p, 1.f);
  return image;
}

TEST_CASE("BMXNet: the 1-bit LeNet reads digits drawn by hand") {
  const auto path =
      testing::real_data("voc_imagenet/models/mxnet_bmxnet/binarized_mnist_32bit-symbol.json");
  if (!path) return;
  const LoadedNetwork network = load_network(*path);
  const Counted counted = count_binary(network.graph);
  CHECK(counted.binary_layers == 2);
  CHECK(counted.binary_weights == 32 * (3200 + 32'000));
  CHECK(counted.pads == 0);
  int right = 0;
  for (std::size_t digit = 0; digit < 10; ++digit) {
    const Tensor scores = evaluate(network.graph, drawn(digit)).at(0);
    const auto values = scores.data<float>();
    right += std::ranges::max_element(values) - values.begin() == static_cast<int>(digit);
  }
  // Words of the dense layer taken row by row, or its signs turned around, give 1 or 2.
  CHECK(right >= 8);
}

}  // namespace
}  // namespace bench
