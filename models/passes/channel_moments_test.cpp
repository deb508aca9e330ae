#include "models/passes/channel_moments.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "models/random.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Box and Muller's method.
double normal(Random& random) {
  const double u = 1 - double{random.uniform(0, 1)}, v = random.uniform(0, 1);
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

template <class Function>
Moments simulate(const Moments& x, Function function) {
  constexpr int draws = 400'000;
  Random random(1);
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double y = function(x.mean + x.deviation * normal(random));
    sum += y;
    squares += y * y;
  }
  const double mean = sum / draws;
  return {mean, std::sqrt(squares / draws - mean * mean)};
}

// The error of a mean of 400,000 draws is deviation / 632; five times that is allowed.
TEST_CASE("moments of a clipped normal are those of a simulation") {
  const auto x = GENERATE(Moments{0, 1}, Moments{1.5, 2}, Moments{-2, 1}, Moments{5, 3},
                          Moments{8, 0.5}, Moments{-0.1, 0.02});
  const auto [low, high] = GENERATE(std::pair{0.0, infinity}, std::pair{0.0, 6.0},
                                    std::pair{-1.0, 1.0}, std::pair{-infinity, infinity});
  INFO(x.mean << " +- " << x.deviation << " in " << low << " .. " << high);
  const Moments got = clipped_normal(x, low, high);
  const Moments drawn = simulate(x, [&](double v) { return std::clamp(v, low, high); });
  CHECK(got.mean == Approx(drawn.mean).margin(x.deviation / 126).epsilon(0));
  CHECK(got.deviation == Approx(drawn.deviation).margin(x.deviation / 126).epsilon(0));
}

// relu of a standard normal: mean 1 / sqrt(2 pi), variance 1/2 - 1 / (2 pi).
TEST_CASE("moments of a clipped normal, by hand") {
  const Moments half = clipped_normal({0, 1}, 0, infinity);
  CHECK(half.mean == Approx(0.3989422804));
  CHECK(half.deviation == Approx(std::sqrt(0.5 - 0.5 / std::numbers::pi)));
  CHECK(clipped_normal({7, 0}, 0, 6).mean == 6);
  CHECK(clipped_normal({7, 0}, 0, 6).deviation == 0);
  CHECK(clipped_normal({-1e6, 1}, 0, infinity).mean == 0);
  CHECK(clipped_normal({1e6, 1}, 0, infinity).mean == 1e6);
  CHECK(clipped_normal({1e6, 1}, 0, infinity).deviation == Approx(1));
}

TEST_CASE("moments go through what follows a layer") {
  Untrained net({.seed = 1}, {-1, 1, 8, 8});
  const NodeId conv = net.conv("conv", {.outputs = 1});
  const NodeId relu = net.relu("relu");
  const NodeId leaky = net.append("leaky", Activation{Activation::Kind::leaky_relu, 0.25f});
  const NodeId plain = net.conv("no statistics", {.outputs = 1});
  net.go_to(conv, 1);
  const NodeId low = net.append("leaky low", Activation{Activation::Kind::leaky_relu, 0.25f});
  const NodeId sum = net.add("sum", conv);
  const NodeId both = net.join("both", Concat{1}, {conv, relu});
  const NodeId max = net.max_pool("max", 2, 2, 0);
  net.go_to(both, 2);
  const NodeId mean = net.global_average_pool("mean");
  const Graph graph = std::move(net).finish("out");
  const auto known = channel_moments(graph, {{"conv", {{-1}, {2}}}});
  const auto of = [&](NodeId id) { return *known[static_cast<std::size_t>(id)]; };
  const Moments clipped = clipped_normal({-1, 2}, 0, infinity);
  CHECK(of(conv).mean[0] == -1);
  CHECK(of(relu).mean[0] == clipped.mean);
  CHECK(of(relu).deviation[0] == clipped.deviation);
  CHECK(of(leaky).mean[0] > clipped.mean - 0.3);
  CHECK_FALSE(known[static_cast<std::size_t>(plain)]);
  CHECK_FALSE(known[static_cast<std::size_t>(max)]);
  CHECK_FALSE(known[0]);
  const Moments drawn = simulate({-1, 2}, [](double v) { return v >= 0 ? v : 0.25 * v; });
  CHECK(of(low).mean[0] == Approx(drawn.mean).margin(0.01));
  CHECK(of(low).deviation[0] == Approx(drawn.deviation).margin(0.01));
  CHECK(of(sum).mean[0] == Approx(of(low).mean[0] - 1));
  CHECK(of(sum).deviation[0] == Approx(std::hypot(of(low).deviation[0], 2)));
  CHECK(of(both).mean == std::vector<double>{-1, clipped.mean});
  CHECK(of(mean).mean == of(both).mean);
}

}  // namespace
}  // namespace bench
