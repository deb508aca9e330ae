// Classifiers and embeddings: what was published of them, and how they shrink.

#include <catch2/catch.hpp>

#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/zoo/ir.h"
#include "models/zoo/mobilenet_v1.h"
#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/resnet50.h"
#include "models/zoo/squeezenet.h"
#include "models/zoo/table_testing.h"
#include "models/zoo/vgg16.h"

namespace bench {
namespace {

using testing::audit_rows;
using testing::table_rows;

Audit at_own_size(const Graph& graph) {
  Shape image = std::get<Input>(graph.nodes[0].op).shape;
  image[0] = 1;
  return audit(graph, image);
}

struct Published {
  Graph graph;
  std::int64_t parameters, scalars, macs;
};

void check(const Published& published) {
  validate(published.graph);
  const Audit counted = at_own_size(published.graph);
  CHECK(counted.parameters == published.parameters);
  CHECK(counted.scalars == published.scalars);
  CHECK(counted.macs == published.macs);
}

// Source: documents.md, section 1; Keras' and torchvision's own counts.
TEST_CASE("classifiers and embeddings have the published parameters and MACs") {
  check({mobilenet_v1({}), 4'231'976, 4'253'864, 568'740'352});
  check({mobilenet_v1({.width = 0.75}), 2'585'560, 2'601'976, 325'400'448});
  check({mobilenet_v1({.width = 0.5}), 1'331'592, 1'342'536, 149'497'088});
  check({mobilenet_v1({.width = 0.25}), 470'072, 475'544, 41'030'272});
  check({mobilenet_v2({}), 3'504'872, 3'538'984, 300'774'272});
  check({mobilenet_v2_face({}), 2'666'240, 2'699'840, 80'117'376});
  check({vgg16({}), 138'357'544, 138'357'544, 15'470'264'320});
  check({vgg11({}), 132'863'336, 132'863'336, 7'609'090'048});
  check({resnet18({}), 11'689'512, 11'699'112, 1'814'073'344});
  check({squeezenet({}), 1'235'496, 1'235'496, 352'540'352});
  // Scalars of the table, with 5,888 slopes.
  check({ir_50({}), 43'574'976, 43'601'344, 6'296'485'888});
  CHECK(at_own_size(ir_18({})).parameters == 24'017'536);
}

TEST_CASE("layers of classifiers and embeddings are the tables'") {
  const auto check_rows = [](const std::string& name, const Graph& graph) {
    CAPTURE(name);
    const auto table = table_rows(name);
    if (table) CHECK(audit_rows(at_own_size(graph)) == *table);
  };
  check_rows("mobilenet_v1_1_0", mobilenet_v1({}));
  check_rows("mobilenet_v1_0_75", mobilenet_v1({.width = 0.75}));
  check_rows("mobilenet_v1_0_5", mobilenet_v1({.width = 0.5}));
  check_rows("mobilenet_v1_0_25", mobilenet_v1({.width = 0.25}));
  check_rows("mobilenet_v2_tonylins", mobilenet_v2({}));
  check_rows("face_mobilenet_v2_fc_112", mobilenet_v2_face({}));
  check_rows("vgg16", vgg16({}));
  check_rows("ir50_112", ir_50({}));
}

TEST_CASE("MobileNetV1 pads as TensorFlow does") {
  const Graph even = mobilenet_v1({}), odd = mobilenet_v1({.width = 0.25, .image = {75, 64}});
  CHECK(std::get<Conv2d>(even.nodes[1].op).pad == Padding{0, 0, 1, 1});
  // 75 rows to 38: 37 * 2 + 3 - 75 = 2 more; 64 columns to 32: 31 * 2 + 3 - 64 = 1 more
  CHECK(std::get<Conv2d>(odd.nodes[1].op).pad == Padding{1, 0, 1, 1});
  CHECK(std::get<BatchNorm>(even.nodes[2].op).epsilon == 1e-3f);
}

TEST_CASE("small classifiers and embeddings are alive") {
  struct Small {
    const char* name;
    Graph (*make)(const Build&);
    double width;
    std::int64_t most;  ///< parameters
  };
  constexpr Small list[] = {
      {"mobilenet-v1", mobilenet_v1, 0.25, 225'000},
      {"mobilenet-v2-face", mobilenet_v2_face, 0.25, 200'000},
      {"resnet18", resnet18, 0.125, 200'000},
      {"ir-18", ir_18, 0.125, 225'000},
      {"squeezenet", squeezenet, 0.25, 100'000},
      {"vgg11", vgg11, 0.0625, 200'000},
  };
  for (const Small& small : list) {
    CAPTURE(small.name);
    const Graph graph = small.make({.width = small.width, .image = {64, 64}, .classes = 24});
    CHECK(at_own_size(graph).parameters < small.most);
    const auto answer = [&](std::uint64_t seed) {
      return evaluate(graph, Random(seed).tensor({1, 3, 64, 64}, -2, 2))[0];
    };
    const Tensor a = answer(1), b = answer(2);
    REQUIRE(a.shape() == Shape{1, 24});
    double difference = 0;
    for (std::size_t i = 0; i < 24; ++i) {
      difference += std::abs(a.data<float>()[i] - b.data<float>()[i]);
    }
    CHECK(difference > 1e-3);  // it sees the image
    CHECK(difference < 1e3);
  }
}

}  // namespace
}  // namespace bench
