// Chains and tails against the engine that computes the same nodes in a simulation: bit for bit.

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
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor drawn_input(Random& random) {
  constexpr float specials[] = {0.0f,   -0.0f,     1e-45f,     -1e-40f, 3e38f,
                                -3e38f, kInfinity, -kInfinity, kNaN};
  Tensor input({1, kChannels, 11, 7});
  for (float& x : input.data<float>()) {
    x = random.integer(0, 20) == 0 ? specials[random.integer(0, 8)]
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

// Signs of zeros mean nothing, nor do the bits of NaN.
bool same_number(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::size_t count_wrong(const Chain& chain, const Tensor& input, const Tensor& output) {
  const auto from = input.data<float>(), to = output.data<float>();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!std::isnan(from[i]) && !same_number(chain(from[i], i / 77 % kChannels), to[i])) ++wrong;
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

// A tail, and the graph of the same operations. Operand 0 is the input.
struct TailNetwork {
  Graph graph;
  NodeId last = 0;
  Tail tail;

  TailNetwork() { graph.add("in", Input{{1, kChannels, 11, 7}}); }
  void add(Op op, std::vector<NodeId> others = {}) {
    others.insert(others.begin(), last);
    last = graph.add(std::to_string(graph.nodes.size()), std::move(op), others);
  }
  std::vector<float> add_with_constant(Arith kind, const Tensor& operand) {
    add(Arithmetic{kind}, {graph.add(std::to_string(graph.nodes.size()), Constant{operand})});
    return {operand.data<float>().begin(), operand.data<float>().end()};
  }
  void add_drawn(Random& random) {
    const Shape shape = {1, kChannels, 1, 1};
    const float low = random.uniform(-3, 0), high = random.uniform(0.5f, 3);
    switch (random.integer(0, 6)) {
      case 0: {
        const BatchNorm norm = drawn_norm(random);
        const onednn::Affine affine = onednn::affine_of(norm);
        tail.ops.insert(tail.ops.end(), {tail::Scale{affine.scale}, tail::Shift{affine.shift}});
        return add(norm);
      }
      case 1:
        tail.ops.push_back(tail::Scale{add_with_constant(Arith::mul, random.tensor(shape, -2, 2))});
        return;
      case 2:
        tail.ops.push_back(tail::Shift{add_with_constant(Arith::add, random.tensor(shape, -2, 2))});
        return;
      case 3: tail.ops.push_back(tail::AddOperand{0}); return add(Arithmetic{Arith::add}, {0});
      case 4: tail.ops.push_back(tail::Clip{0, kInfinity}); return add(Activation{Kind::relu});
      case 5:
        tail.ops.push_back(tail::Clip{low, high});
        return add(Activation{Kind::clip, low, high});
      default: {
        const Tensor slopes = random.tensor({kChannels}, 0.01f, 1);
        tail.ops.push_back(tail::Slope{{slopes.data<float>().begin(), slopes.data<float>().end()}});
        return add(PRelu{slopes});
      }
    }
  }
};

// N x C x H x W as N x H x W x C.
std::vector<float> channels_last(const Tensor& tensor) {
  const auto from = tensor.data<float>();
  std::vector<float> result(from.size());
  const std::size_t channels = kChannels, pixels = from.size() / channels;
  for (std::size_t i = 0; i < from.size(); ++i) {
    result[i % pixels * channels + i / pixels] = from[i];
  }
  return result;
}

TEST_CASE("tails have the engine's bits") {
  Random random(32);
  for (int round = 0; round < 300; ++round) {
    TailNetwork network;
    for (int ops = random.integer(1, 6); ops > 0; --ops) network.add_drawn(random);
    network.graph.outputs = {{"out", network.last}};
    const Tensor input = drawn_input(random);
    const auto program = find_backend("fake-quant").compile(network.graph, {});
    const std::vector<float> wanted = channels_last(program->open_session()->run(input)[0]);
    const std::vector<float> operand = channels_last(input);
    const std::vector<const float*> operands = {operand.data()};
    std::vector<float> values = operand;
    apply(network.tail, {values.data(), 77, kChannels, kChannels, 0, operands, 0, kChannels});
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!same_number(values[i], wanted[i])) ++wrong;
    }
    INFO("round " << round << ", " << network.tail.ops.size() << " operations");
    REQUIRE(wrong == 0);
  }
}

}  // namespace
}  // namespace bench::one_bit
