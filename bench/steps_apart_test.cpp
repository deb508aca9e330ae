#include "bench/steps_apart.h"

#include <catch2/catch.hpp>

#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"

namespace bench {
namespace {

Grid grid_of(float scale) {
  Grid grid;
  grid.scale = {scale};
  return grid;
}

// Input on halves, doubled, on whole numbers.
Graph doubling() {
  Graph graph;
  graph.add("input", Input{{-1, 4}});
  graph.add("input.grid", FakeQuantize{grid_of(0.5f)}, {0});
  Linear layer;
  layer.weight = Tensor({4, 4});
  for (std::int64_t i = 0; i < 4; ++i)
    layer.weight.data<float>()[static_cast<std::size_t>(5 * i)] = 2;
  layer.weight_grid = grid_of(1);
  graph.add("double", layer, {1});
  graph.add("double.grid", FakeQuantize{grid_of(1)}, {2});
  graph.add("again", layer, {3});
  graph.add("again.grid", FakeQuantize{grid_of(1)}, {4});
  graph.outputs = {{"y", 5}};
  return graph;
}

// Adds one step of 1 to the first element, and three to the second, of what layer "double" gives.
class Off : public Backend {
 public:
  std::string_view name() const override { return "off"; }
  std::string_view about() const override { return "wrong on purpose"; }
  std::unique_ptr<Program> compile(Graph graph, const CompileOptions&) const override {
    return std::make_unique<OffProgram>(std::move(graph));
  }

 private:
  class OffProgram : public Program {
   public:
    explicit OffProgram(Graph graph) : graph_(std::move(graph)) {}
    std::unique_ptr<Session> open_session() const override {
      return std::make_unique<OffSession>(graph_);
    }
    ProgramFacts facts(const Shape&) const override { return {}; }

   private:
    Graph graph_;
  };
  class OffSession : public Session {
   public:
    explicit OffSession(const Graph& graph) : graph_(graph) {}
    std::vector<Tensor> run(const Tensor& input) override {
      return evaluate_changing(graph_, input, [&](NodeId id, Tensor& value) {
        if (graph_.nodes[static_cast<std::size_t>(id)].name != "double.grid") return;
        value.data<float>()[0] += 1;
        value.data<float>()[1] -= 3;
      });
    }

   private:
    const Graph& graph_;
  };
};

TEST_CASE("Steps are counted where they arise, and not again further on") {
  IntegerCheck check(doubling(), Off(), {});
  for (int image = 0; image < 2; ++image) check.add(Tensor::of({1, 4}, {1.f, 2.f, 3.f, 4.f}));
  const auto& edges = check.edges();
  REQUIRE(edges.size() == 3);
  CHECK(edges[0].node == "input");
  CHECK(edges[0].largest == 0);
  CHECK(edges[1].node == "double");
  CHECK(edges[1].op == "Linear");
  CHECK(edges[1].numbers == 8);
  CHECK(edges[1].apart == 4);
  CHECK(edges[1].over_one == 2);
  CHECK(edges[1].largest == 3);
  CHECK(edges[1].mean() == 1);   // (1 + 3 + 0 + 0) / 4
  CHECK(edges[2].largest == 0);  // given the wrong numbers, "again" is right about them
}

TEST_CASE("The reference agrees with itself; int8 within a step") {
  for (const char* name : {"reference", "int8"}) {
    IntegerCheck check(doubling(), find_backend(name), {});
    check.add(Random(3).tensor({1, 4}, -20, 20));
    for (const StepsApart& edge : check.edges()) {
      CHECK(edge.numbers == 4);
      CHECK(edge.largest <= (std::string(name) == "int8" ? 1 : 0));
    }
  }
}

TEST_CASE("Without a static grid there are no steps") {
  CHECK_THROWS_WITH(IntegerCheck(without_grids(doubling()), find_backend("reference"), {}),
                    Catch::Contains("static ranges"));
}

}  // namespace
}  // namespace bench
