#include "models/passes/round_batch_norm.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

Graph with_gamma(std::vector<float> gamma) {
  Graph graph;
  graph.add("image", Input{{1, 3, 2, 2}});
  BatchNorm norm;
  norm.gamma = Tensor::of({3}, std::move(gamma));
  norm.beta = norm.mean = Tensor::of({3}, {0.3f, 0.6f, 0.9f});
  norm.variance = Tensor::of({3}, {1, 1, 1});
  graph.outputs = {{"y", graph.add("norm", std::move(norm), {0})}};
  return graph;
}

constexpr Scheme two_bits{.form = Scheme::Form::offset, .bits = 2, .is_signed = false};

TEST_CASE("a batch norm's factors on a grid of few bits, from their minimum") {
  // 0.5 .. 2 in three steps of 0.5: 1.1 -> 1.
  const RoundedBatchNorm result = round_batch_norm(with_gamma({0.5f, 1.1f, 2}), two_bits);
  const auto& norm = std::get<BatchNorm>(result.graph.nodes[1].op);
  CHECK(norm.gamma.data<float>()[0] == 0.5f);
  CHECK(norm.gamma.data<float>()[1] == Approx(1));
  CHECK(norm.gamma.data<float>()[2] == Approx(2));
  CHECK(norm.beta.data<float>()[2] == 0.9f);
  CHECK(result.rounded == std::vector<std::string>{"norm"});
}

TEST_CASE("a factor that is not finite is named") {
  CHECK_THROWS_WITH(round_batch_norm(with_gamma({0.5f, NAN, 2}), two_bits),
                    Catch::Contains("'norm'") && Catch::Contains("gamma"));
}

}  // namespace
}  // namespace bench
