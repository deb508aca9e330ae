// Training as a whole: a toy problem learnt, in float, on 4-bit and on binary weights and edges;
// stopped, written, read, and gone on with.

#include "bench/train/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "bench/train/losses.h"
#include "models/error.h"
#include "models/random.h"
#include "models/reference.h"

namespace bench {
namespace {

struct Images {
  Tensor pixels;            ///< N x 1 x 8 x 8
  std::vector<int> labels;  ///< whether the two marks differ
};

// Two marks of 3 x 3 pixels, each bright or dark, at opposite corners of a noisy image: neither
// mark alone says anything about the class, nor does any linear function of the pixels.
Images draw(int count, std::uint64_t seed) {
  Random random(seed);
  Images images{random.tensor({count, 1, 8, 8}, -0.5f, 0.5f), {}};
  float* image = images.pixels.data<float>().data();
  for (int n = 0; n < count; ++n, image += 64) {
    const int first = random.integer(0, 1), second = random.integer(0, 1);
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 3; ++x) {
        image[(y + 1) * 8 + x + 1] += first ? 1.0f : -1.0f;
        image[(y + 4) * 8 + x + 4] += second ? 1.0f : -1.0f;
      }
    }
    images.labels.push_back(first != second);
  }
  return images;
}

BatchNorm norm(std::int64_t channels) {
  const auto filled = [&](float value) {
    return Tensor::of({channels}, std::vector<float>(static_cast<std::size_t>(channels), value));
  };
  return {filled(1), filled(0), filled(0), filled(1)};
}

// What stands on the hidden layer's weights and on the edge before it.
struct Grids {
  std::optional<Grid> weight, edge;
};

// Two convolutions and a layer over what is left: image -> 8 x 4 x 4 -> 16 x 2 x 2 -> 2.
Graph network(const Grids& grids) {
  Random random(1);
  Graph graph;
  graph.add("image", Input{{-1, 1, 8, 8}});
  Conv2d first{random.tensor({8, 1, 3, 3}, -0.5f, 0.5f), Tensor(), {2, 2}, {1, 1, 1, 1}};
  NodeId id = graph.add("first", first, {0});
  id = graph.add("first/norm", norm(8), {id});
  if (!grids.edge || !is_binary(*grids.edge)) id = graph.add("first/relu", Activation{}, {id});
  if (grids.edge) id = graph.add("first/grid", FakeQuantize{*grids.edge}, {id});
  Conv2d second{random.tensor({16, 8, 3, 3}, -0.3f, 0.3f), Tensor(), {2, 2}, {1, 1, 1, 1}};
  second.weight_grid = grids.weight;
  id = graph.add("second", second, {id});
  id = graph.add("second/norm", norm(16), {id});
  id = graph.add("second/relu", Activation{}, {id});
  Reshape flat{{{.kind = Dim::Kind::copy}, {.kind = Dim::Kind::infer}}};
  id = graph.add("flat", flat, {id});
  id = graph.add("classes", Linear{random.tensor({2, 64}, -0.2f, 0.2f), Tensor(Shape{2})}, {id});
  graph.outputs = {{"classes", id}};
  return graph;
}

class Training {
 public:
  explicit Training(const Graph& graph)
      : net(graph),
        optimizer(net.trained(), {.kind = OptimizerOptions::Kind::adam, .learning_rate = 0.01}) {}

  // Step n sees the same images whenever it is made.
  void go_on_to(int last) {
    for (; steps < last; ++steps) {
      const Images images = draw(32, 1000 + static_cast<std::uint64_t>(steps));
      at::Tensor labels = at::empty({32}, at::kLong);
      std::ranges::copy(images.labels, labels.data_ptr<std::int64_t>());
      optimizer.clear_gradients();
      const auto logits = net.forward(to_torch(images.pixels), Mode::training)[0];
      cross_entropy(logits, labels).backward();
      optimizer.step();
    }
  }

  TrainableGraph net;
  Optimizer optimizer;
  int steps = 0;
};

// The share of 500 new images that evaluate(), not libtorch, puts into their class.
double accuracy(const Graph& graph) {
  const Images images = draw(500, 7);
  const Tensor answers = evaluate(graph, images.pixels)[0];
  const auto logits = answers.data<float>();
  int right = 0;
  for (std::size_t n = 0; n < 500; ++n) {
    right += (logits[2 * n + 1] > logits[2 * n]) == (images.labels[n] == 1);
  }
  return right / 500.0;
}

const Grids in_float{},
    in_four_bits{Grid{.bits = 4, .scale = {0.1f}},
                 Grid{.bits = 4, .is_signed = false, .scale = {0.25f}}},
    in_one_bit{Grid{.bits = 1}, Grid{.bits = 1}};

TEST_CASE("a toy problem is learnt, in float and through grids") {
  make_deterministic();
  for (const Grids& grids : {in_float, in_four_bits, in_one_bit}) {
    Training training(network(grids));
    CHECK(accuracy(training.net.result()) < 0.7);
    training.go_on_to(300);
    CHECK(accuracy(training.net.result()) == 1);
  }
}

TEST_CASE("weights under a grid move though the grid's numbers stand in the way") {
  make_deterministic();
  Training training(network(in_one_bit));
  const Tensor before = from_torch(training.net.parameter("second.weight"));
  training.go_on_to(100);
  const Graph result = training.net.result();
  const Tensor& after = std::get<Conv2d>(result.nodes[4].op).weight;
  int turned = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(after.size()); ++i) {
    turned += (before.data<float>()[i] < 0) != (after.data<float>()[i] < 0);
  }
  CHECK(turned > after.size() / 20);
}

TEST_CASE("stopped, written, read and gone on with is as if never stopped, bit for bit") {
  make_deterministic();
  for (const Grids& grids : {in_float, in_four_bits, in_one_bit}) {
    Training through(network(grids));
    through.go_on_to(30);
    const auto wanted = write_safetensors(checkpoint(through.net, through.optimizer, {}));

    Training first(network(grids));
    first.go_on_to(17);
    const auto file = write_safetensors(checkpoint(first.net, first.optimizer, {{"steps", "17"}}));

    Training second(network(grids));
    const NamedTensors saved = read_safetensors(file, "checkpoint");
    resume(saved, second.net, second.optimizer);
    second.steps = std::stoi(saved.notes.at("steps"));
    second.go_on_to(30);
    CHECK((write_safetensors(checkpoint(second.net, second.optimizer, {})) == wanted));
  }
}

TEST_CASE("a checkpoint before the first step is one, too") {
  Training begun(network(in_float)), other(network(in_float));
  const auto file = write_safetensors(checkpoint(begun.net, begun.optimizer, {}));
  resume(read_safetensors(file, "checkpoint"), other.net, other.optimizer);
  CHECK((write_safetensors(checkpoint(other.net, other.optimizer, {})) == file));
}

TEST_CASE("grids that moved are in the checkpoint") {
  Training begun(network(in_four_bits)), other(network(in_four_bits));
  Grids wider = in_four_bits;
  wider.weight->scale = {0.125f};
  wider.edge->zero_point = {3};
  begun.net.take_grids(network(wider));
  resume(checkpoint(begun.net, begun.optimizer, {}), other.net, other.optimizer);
  const Graph result = other.net.result();
  CHECK(std::get<Grid>(std::get<FakeQuantize>(result.nodes[4].op).grid) == *wider.edge);
  CHECK(std::get<Conv2d>(result.nodes[5].op).weight_grid == wider.weight);
}

TEST_CASE("a checkpoint of another network is refused, naming the tensor") {
  Training begun(network(in_four_bits));
  const NamedTensors saved = checkpoint(begun.net, begun.optimizer, {});
  const auto resumed = [&](const std::string& name, const Tensor* changed) {
    NamedTensors copy = saved;
    if (changed) copy.tensors[name] = *changed;
    if (!changed) copy.tensors.erase(name);
    Training other(network(in_four_bits));
    resume(copy, other.net, other.optimizer);
  };
  const Tensor odd(Shape{3}), negative = Tensor::of({1}, {-1});
  CHECK_THROWS_WITH(resumed("parameter/first.weight", nullptr),
                    Catch::Contains("no tensor 'parameter/first.weight'"));
  CHECK_THROWS_WITH(resumed("parameter/first.weight", &odd),
                    Catch::Contains("'first.weight' does not fit"));
  CHECK_THROWS_WITH(resumed("grid/second.weight.scale", &odd),
                    Catch::Contains("'grid/second.weight.scale' does not fit"));
  CHECK_THROWS_WITH(resumed("grid/second.weight.scale", &negative),
                    Catch::Contains("not a positive number"));
  CHECK_THROWS_AS(resumed("optimizer/0", &odd), Error);
}

}  // namespace
}  // namespace bench
