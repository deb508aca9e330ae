// Graphs with parameters nobody sane would write: refused by one Error, never a crash.

#include <catch2/catch.hpp>
#include <climits>
#include <cmath>

#include "models/error.h"
#include "models/graph.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/shapes.h"

namespace bench {
namespace {

class Hostile {
 public:
  explicit Hostile(std::uint64_t seed) : random_(seed) {}

  Graph graph() {
    Graph g;
    g.add("image", Input{{-1, small(), -1, -1}});
    const int nodes = random_.integer(1, 4);
    for (int i = 1; i <= nodes; ++i) {
      Op op = any_op();
      const int inputs = std::holds_alternative<Constant>(op)     ? 0
                         : std::holds_alternative<Arithmetic>(op) ? 2
                                                                  : random_.integer(1, 2);
      std::vector<NodeId> ids;
      for (int k = 0; k < inputs; ++k) ids.push_back(random_.integer(k % 2 ? -1 : 0, i - 1));
      g.add("n" + std::to_string(i), std::move(op), std::move(ids));
    }
    g.outputs = {{"out", random_.integer(nodes - 1, nodes)}};
    return g;
  }

 private:
  int small() { return random_.integer(1, 4); }
  int any_int() {
    const int extremes[] = {INT_MIN, -3, -1, 0, 1, 1, 2, 3, INT_MAX};
    return extremes[random_.integer(0, 8)];
  }
  std::int64_t any_size() {
    const std::int64_t extremes[] = {INT64_MIN, -1, 0, 1, 2, 7, 1 << 20, std::int64_t{1} << 39,
                                     INT64_MAX};
    return extremes[random_.integer(0, 8)];
  }
  float any_float() {
    const float extremes[] = {-1, 0, 1e-30f, 0.5f, 1, 2, 1e30f, INFINITY, NAN};
    return extremes[random_.integer(0, 8)];
  }
  Pair pair() { return {any_int(), any_int()}; }
  Padding padding() { return {any_int(), any_int(), any_int(), any_int()}; }
  bool coin() { return random_.integer(0, 1) == 1; }
  Tensor weight(int rank) {
    Shape shape;
    for (int i = 0; i < rank; ++i) shape.push_back(random_.integer(0, 4));
    return Tensor(shape);
  }
  Dim dim() {
    return {static_cast<Dim::Kind>(random_.integer(0, 2)), any_size(), random_.integer(-1, 2),
            any_int()};
  }
  template <class Make>
  auto some(Make make) {
    std::vector<decltype(make())> list;
    for (int n = random_.integer(0, 4); n > 0; --n) list.push_back(make());
    return list;
  }

  Op any_op() {
    switch (random_.integer(0, 17)) {
      case 0: return Constant{weight(random_.integer(0, 4))};
      case 1: return Conv2d{weight(4), weight(1), pair(), padding(), pair(), any_int()};
      case 2: return Linear{weight(2), {}};
      case 3: return BatchNorm{weight(1), weight(1), weight(1), weight(1), any_float()};
      case 4: return PRelu{weight(1)};
      case 5: return MaxPool{pair(), pair(), padding(), pair(), coin()};
      case 6: return AveragePool{pair(), pair(), padding(), coin(), coin()};
      case 7: return Arithmetic{static_cast<Arithmetic::Kind>(random_.integer(0, 6))};
      case 8: return Concat{any_int()};
      case 9: return Slice{any_int(), any_size(), any_size(), any_size()};
      case 10: return Transpose{some([&] { return random_.integer(0, 3); })};
      case 11: return Reshape{some([&] { return dim(); })};
      case 12: return Pad{some([&] { return any_size(); }), some([&] { return any_size(); })};
      case 13: {
        Resize op{.scale_h = any_float(), .scale_w = any_float()};
        op.height = any_size();
        op.width = any_size();
        return op;
      }
      case 14: return Softmax{any_int()};
      case 15: return RoiPool{pair(), any_float()};
      case 16:
        return Proposals{any_float(),
                         some([&] { return any_float(); }),
                         some([&] { return any_float(); }),
                         any_int(),
                         any_size(),
                         any_size(),
                         any_float(),
                         any_float()};
      default: return Reduce{{}, some([&] { return any_int(); }), coin()};
    }
  }

  Random random_;
};

TEST_CASE("hostile graphs are refused by an Error or are sound") {
  Hostile hostile(1);
  int refused = 0, sized = 0;
  for (int i = 0; i < 50000; ++i) {
    const Graph graph = hostile.graph();
    try {
      validate(graph);
      CHECK(infer_ranks(graph).size() == graph.nodes.size());
      const auto shapes =
          infer_shapes(graph, {2, std::get<Input>(graph.nodes[0].op).shape[1], 7, 5});
      const auto ranks = infer_ranks(graph);
      for (std::size_t n = 0; n < shapes.size(); ++n) REQUIRE(ranks[n] == shapes[n].size());
      for (const Shape& shape : shapes) REQUIRE(count(shape) >= 0);
      validate(fold_batch_norm(simplify(graph)));
      ++sized;
    } catch (const Error& error) {
      REQUIRE(error.fault() == Fault::bad_data);
      ++refused;
    }
  }
  CHECK(refused > 1000);
  CHECK(sized > 1000);
}

}  // namespace
}  // namespace bench
