#include "bench/profile.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/error.h"
#include "models/random.h"

namespace bench {
namespace {

// A convolution of 4 * 6 * 6 * 27 products and a maximum of its windows.
Graph small_graph(bool on_grids) {
  Graph graph;
  NodeId here = graph.add("image", Input{{1, 3, 6, 6}});
  Conv2d conv{.weight = Random(1).tensor({4, 3, 3, 3}, -1, 1), .pad = {1, 1, 1, 1}};
  if (on_grids) {
    here = graph.add("image.grid", FakeQuantize{Grid{.scale = {0.01f}}}, {here});
    conv.weight_grid = Grid{.scale = {0.01f}};
  }
  here = graph.add("conv", std::move(conv), {here});
  if (on_grids) here = graph.add("conv.grid", FakeQuantize{Grid{.scale = {0.05f}}}, {here});
  const NodeId pool = graph.add("pool", MaxPool{.kernel = {2, 2}, .stride = {2, 2}}, {here});
  graph.outputs = {{"out", pool}};
  return graph;
}

// Counts its runs, and says nothing of its layers.
class Silent : public Backend {
 public:
  std::string_view name() const override { return "silent"; }
  std::string_view about() const override { return ""; }
  std::unique_ptr<Program> compile(Graph, const CompileOptions&) const override;
  mutable int runs = 0;
};

struct SilentProgram : Program {
  explicit SilentProgram(int& runs) : count(runs) {}
  struct Run : Session {
    explicit Run(int& runs) : count(runs) {}
    std::vector<Tensor> run(const Tensor& input) override {
      ++count;
      return {input};
    }
    int& count;
  };
  std::unique_ptr<Session> open_session() const override { return std::make_unique<Run>(count); }
  ProgramFacts facts(const Shape&) const override {
    ProgramFacts facts;
    facts.layers = {{"a", "Conv2d", "unknown", "", Part::kernel, Products::floats, 100}};
    return facts;
  }
  int& count;
};

std::unique_ptr<Program> Silent::compile(Graph, const CompileOptions&) const {
  return std::make_unique<SilentProgram>(runs);
}

Profile small_profile() {
  const Tensor input = Random(2).tensor({1, 3, 6, 6}, -1, 1);
  std::vector<Contestant> contestants;
  contestants.push_back({"float", find_backend("float"), [] { return small_graph(false); }});
  contestants.push_back({"int8, own", find_backend("int8"), [] { return small_graph(true); }});
  return profile("small", std::move(contestants), input, {.rounds = 5, .warm_up = 1});
}

// Numbers that can be checked by hand.
Profile drawn_profile() {
  ProfiledCase slow, fast;
  slow.name = "float";
  slow.layers = {
      {{"conv", "Conv2d", "direct", "nhwc", Part::kernel, Products::floats, 3'000'000}, 0.25},
      {{"pool", "MaxPool", "loops", "nhwc"}, 0.75}};
  slow.whole_ms = 1.5;
  fast.name = "1-bit, own";
  fast.isa = "AVX3";
  fast.engine_rule = "bits, as asked for";
  fast.layers = {
      {{"grid", "FakeQuantize", "pack", "bits", Part::packing}, 0.125},
      {{"conv", "Conv2d", "xnor", "nhwc", Part::kernel, Products::bits, 3'000'000}, 0.0625}};
  fast.whole_ms = 0.25;
  fast.weight_bytes = 1'500'000;
  fast.preemptions = 3;
  Profile drawn{.network = "net", .cpu = "some CPU", .input = {1, 3, 6, 6}};
  drawn.rounds = 9;
  drawn.peaks = {{48, "zmm"}, {0, ""}, {384, "zmm"}};
  drawn.cases = {slow, fast};
  return drawn;
}

}  // namespace

TEST_CASE("a profile has the layers of every case with their parts, times and products") {
  const Profile result = small_profile();
  CHECK(result.input == Shape{1, 3, 6, 6});
  CHECK(result.peaks.floats.gflops > 0);
  CHECK(result.peak_rss_bytes > 1'000'000);
  REQUIRE(result.cases.size() == 2);
  for (const ProfiledCase& one : result.cases) {
    INFO(one.name);
    double sum = 0;
    std::int64_t macs = 0;
    for (const ProfiledLayer& layer : one.layers) {
      CHECK(layer.ms >= 0);
      sum += layer.ms;
      macs += layer.fact.macs;
    }
    CHECK(macs == 4 * 6 * 6 * 27);
    CHECK(one.layers_ms() == Approx(sum));
    CHECK(one.part_ms(Part::kernel) + one.part_ms(Part::packing) + one.part_ms(Part::glue) ==
          Approx(sum));
    CHECK(one.part_ms(Part::kernel) > 0);
    CHECK(one.whole_ms > 0);
  }
  CHECK(result.cases[0].part_ms(Part::packing) == 0);
  CHECK(result.cases[1].part_ms(Part::packing) > 0);
}

TEST_CASE(
    "speeds are two operations for each product, and shares of the peak of what is multiplied") {
  const Profile drawn = drawn_profile();
  const ProfiledLayer &floats = drawn.cases[0].layers[0], &bits = drawn.cases[1].layers[1];
  CHECK(floats.gops() == Approx(24));  // 6,000,000 operations in 0.25 ms
  CHECK(drawn.share_of_peak(floats) == Approx(0.5));
  CHECK(bits.gops() == Approx(96));
  CHECK(drawn.share_of_peak(bits) == Approx(0.25));
  CHECK(std::isnan(drawn.cases[0].layers[1].gops()));
  ProfiledLayer bytes = bits;
  bytes.fact.products = Products::bytes;
  CHECK(std::isnan(drawn.share_of_peak(bytes)));  // no peak is known
}

TEST_CASE("a profile as tables") {
  const std::vector<Table> all = tables(drawn_profile());
  REQUIRE(all.size() == 4);
  const std::vector<std::string> fast = {"1-bit, own", "AVX3",   "0.0625", "0.1250",
                                         "0.0000",     "0.1875", "0.2500", "6.00",
                                         "1.5 MB",     "0.0 MB", "3"};
  REQUIRE(all[1].rows.size() == 2);
  CHECK(all[1].rows[1] == fast);
  CHECK(all[1].columns.size() == fast.size());
  const std::vector<std::string> conv = {"conv",   "Conv2d", "direct", "nhwc",  "kernel, floats",
                                         "0.2500", "25.0 %", "24.0",   "50.0 %"};
  CHECK(all[2].rows[0] == conv);
  CHECK(all[2].rows[1][7] == "-");
  CHECK(all[3].rows[0][4] == "packing");
  CHECK(all[2].notes.empty());
  CHECK(all[3].notes == std::vector<std::string>{"bits, as asked for"});
}

TEST_CASE("a profile as data has the same numbers") {
  const Profile drawn = drawn_profile();
  const Json json = parse_json(to_text(to_json(drawn)), "profile");
  JsonFields read(json, "profile");
  CHECK(read.text("network") == "net");
  CHECK(read.integers("input") == drawn.input);
  CHECK(read.object("peaks").object("bits").number("gops") == 384);
  const auto cases = read.objects("cases");
  REQUIRE(cases.size() == 2);
  JsonFields fast = cases[1];
  CHECK(fast.number("whole_ms") == 0.25);
  CHECK(fast.text("engine_rule") == "bits, as asked for");
  CHECK(fast.number("first_to_this") == 6);
  CHECK(fast.object("part_ms").number("packing") == 0.125);
  auto layers = fast.objects("layers");
  REQUIRE(layers.size() == 2);
  CHECK(layers[1].text("products") == "bits");
  CHECK(layers[1].integer("macs") == 3'000'000);
  CHECK(layers[1].number("share_of_peak") == Approx(0.25));
  CHECK(std::isnan(layers[0].number("gops")));
}

TEST_CASE("rounds and warm-up are run, also where a backend does not tell of its layers") {
  const Silent silent;
  std::vector<Contestant> contestants;
  contestants.push_back({"silent", silent, [] { return small_graph(false); }});
  const Profile result =
      profile("small", std::move(contestants), Tensor({1, 3, 6, 6}), {.rounds = 3, .warm_up = 2});
  CHECK(silent.runs == 5);
  CHECK(std::isnan(result.cases[0].layers.at(0).ms));
  CHECK(tables(result)[1].rows[0][2] == "-");
  CHECK(result.cases[0].whole_ms >= 0);
}

TEST_CASE("a profile of a network that a backend can't run is its error") {
  std::vector<Contestant> contestants;
  const auto broken = [] {
    Graph graph = small_graph(false);
    graph.outputs.clear();
    return graph;
  };
  contestants.push_back({"float", find_backend("float"), broken});
  CHECK_THROWS_AS(profile("small", std::move(contestants), Tensor({1, 3, 6, 6})), Error);
}

}  // namespace bench
