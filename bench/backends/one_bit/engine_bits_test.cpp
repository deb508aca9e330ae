// Chains and tails against the engine that computes the same nodes in a simulation: bit for bit.

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "bench/backend.h"
#include "bench/backends/one_bit/tail.h"
#include "bench/backends/one_bit/thresholds.h"
#include "bench/onednn/elementwise.h"
#include "models/random.h"

namespace bench::one_bit {
namespace {

using Kind = Activation::Kind;
using Arith = Arithmetic::Kind;

constexpr std::int64_t kChannels = 19;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Tensor drawn_input(Random& random) {
  constexpr float specials[] = {0.0f, -0.0f, 1e-45f, -1e-40f, 3e38f, -3e38f, kInfinity, -kInfinity};
  Tensor input({1, kChannels, 11, 7});
  for (float& x : input.data<float>()) {
    x = random.integer(0, 20) == 0 ? specials[random.integer(0, 7)]
                                   : std::ldexp(random.uniform(-1, 1), random.integer(-4, 4));
  }
  return input;
}

BatchNorm drawn_norm(Random& random) {
  return {random.tensor({kChannels}, -2, 2), random.tensor({kChannels}, -2, 2),
          random.tensor({kChannels}, -2, 2), random.tensor({kChannels}, 0, 3), 1e-3f};
}

// The input, then the ops one after the other; Arithmetic's second operand is made here.
struct Network {
  Graph graph;
  NodeId last = 0;
  Chain chain;
  bool known = true;  ///< what append says of all of them

  Network() { graph.add("in", Input{{1, kChannels, 11, 7}}); }
  void add(Op op) { add(std::move(op), {}); }
  void add(Op op, Tensor operand) {
    const std::string name = std::to_string(graph.nodes.size());
    std::vector<NodeId> inputs = {last};
    if (!operand.empty()) inputs.push_back(graph.add(name + "c", Constant{operand}));
    last = graph.add(name, std::move(op), inputs);
    const Node& node = graph.nodes.back();
    known = chain.append(node, operand.empty() ? nullptr : &operand) && known;
  }
  Tensor run(const Tensor& input) {
    graph.outputs = {{"out", last}};
    return find_backend("fake-quant").compile(graph, {})->open_session()->run(input)[0];
  }
};

// Equal as numbers, so that signs of zeros mean nothing.
std::size_t count_wrong(const Chain& chain, const Tensor& input, const Tensor& output) {
  const auto from = input.data<float>(), to = output.data<float>();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const float x = chain(from[i], i / 77 % kChannels);
    if (std::bit_cast<std::uint32_t>(x + 0.0f) != std::bit_cast<std::uint32_t>(to[i] + 0.0f)) {
      ++wrong;
    }
  }
  return wrong;
}

void add_drawn(Network& network, Random& random) {
  const Shape per_channel = {1, kChannels, 1, 1};
  const Tensor operand = random.integer(0, 1) == 0 ? random.tensor(per_channel, 0.1f, 3)
                                                   : Tensor::of({1}, {random.uniform(-3, -0.1f)});
  switch (random.integer(0, 10)) {
    case 0: return network.add(drawn_norm(random));
    case 1: return network.add(Activation{Kind::relu});
    case 2: return network.add(Activation{Kind::clip, random.uniform(-4, 0), 6});
    case 3: return network.add(Activation{Kind::leaky_relu, random.uniform(0.01f, 1)});
    case 4: return network.add(PRelu{random.tensor({kChannels}, 0.01f, 1)});
    case 5: return network.add(PRelu{random.tensor({1}, 0, 1)});
    case 6: return network.add(Arithmetic{Arith::add}, operand);
    case 7: return network.add(Arithmetic{Arith::sub}, operand);
    case 8: return network.add(Arithmetic{Arith::mul}, operand);
    case 9: return network.add(Arithmetic{Arith::div}, operand);
    default:
      return network.add(Arithmetic{random.integer(0, 1) == 0 ? Arith::min : Arith::max}, operand);
  }
}

TEST_CASE("chains have the engine's bits") {
  Random random(31);
  for (int round = 0; round < 300; ++round) {
    Network network;
    std::string ops;
    for (int links = random.integer(1, 5); links > 0; --links) {
      add_drawn(network, random);
      ops += std::string(name_of(network.graph.nodes.back().op)) + " ";
    }
    INFO("round " << round << ": " << ops);
    REQUIRE(network.known);
    const Tensor input = drawn_input(random);
    REQUIRE(count_wrong(network.chain, input, network.run(input)) == 0);
  }
}

}  // namespace
}  // namespace bench::one_bit
