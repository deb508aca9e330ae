#include "models/formats/darknet.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "models/error.h"
#include "models/reference.h"
#include "models/testing.h"

namespace bench {
namespace {

using Catch::Matchers::Contains;

/// A network on disk, made of a .cfg text and a list of weights.
class Files {
 public:
  Files(const std::string& cfg, const std::vector<float>& weights, std::int32_t minor = 2) {
    std::ofstream(folder_.path() / "net.cfg") << cfg;
    std::ofstream file(weights_path(), std::ios::binary);
    const std::int32_t version[] = {0, minor, 0};
    file.write(reinterpret_cast<const char*>(version), sizeof version);
    const std::int64_t seen = 77;
    file.write(reinterpret_cast<const char*>(&seen), minor >= 2 ? 8 : 4);
    file.write(reinterpret_cast<const char*>(weights.data()),
               static_cast<std::streamsize>(weights.size() * sizeof(float)));
  }
  std::string cfg_path() const { return folder_.path() / "net.cfg"; }
  std::string weights_path() const { return folder_.path() / "net.weights"; }

 private:
  testing::TemporaryFolder folder_;
};

std::vector<float> run(const LoadedNetwork& network, const Tensor& input) {
  const Tensor result = evaluate(network.graph, input).at(0);
  return {result.data<float>().begin(), result.data<float>().end()};
}

Tensor image(Shape shape, std::vector<float> values) {
  return Tensor::of(std::move(shape), std::move(values));
}

void require_refused(const std::string& cfg, const std::vector<float>& weights, Fault fault,
                     const std::string& why) {
  const Files files(cfg, weights);
  INFO(cfg);
  try {
    load_network(files.cfg_path());
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK(error.fault() == fault);
    CHECK_THAT(error.what(), Contains(why) && Contains("net."));
  }
}

const std::string net = "[net]\nwidth=2\nheight=2\nchannels=1\nbatch=64\n";
const std::string one_by_one = "[convolutional]\nfilters=1\nsize=1\nactivation=linear\n";

TEST_CASE("a convolution's weights are bias, then filters") {
  const Files files(net + "[convolutional] \n filters = 2\nsize=1\nactivation=linear\n",
                    {10, 20, 1, -1});
  for (const std::string& path : {files.cfg_path(), files.weights_path()}) {
    const LoadedNetwork network = load_network(path);
    CHECK(network.format == "darknet");
    CHECK(network.files == std::vector{files.cfg_path(), files.weights_path()});
    CHECK(run(network, image({1, 1, 2, 2}, {1, 2, 3, 4})) ==
          std::vector<float>{11, 12, 13, 14, 19, 18, 17, 16});
  }
}

TEST_CASE("before version 0.2 the header's count has 32 bits") {
  const Files files(net + one_by_one, {5, 2}, 1);
  CHECK(run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {1, 2, 3, 4})) ==
        std::vector<float>{7, 9, 11, 13});
}

TEST_CASE("batch normalisation: bias, scale, mean, variance, then the filters") {
  // (2x - 3) / sqrt(4) * 10 + 1 at x = 1, 2, 3, 4: -4, 6, 16, 26; leaky takes a tenth of -4.
  const Files files(net + "[conv]\nbatch_normalize=1\nactivation=leaky\n", {1, 10, 3, 4, 2});
  const auto result = run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {1, 2, 3, 4}));
  CHECK(result[0] == Approx(-0.4).epsilon(1e-6));
  CHECK(result[3] == Approx(26).epsilon(1e-6));
}

TEST_CASE("a stride-1 maxpool keeps the size: size - 1 of padding, the odd one behind") {
  const Files files(net + "[maxpool]\nsize=2\nstride=1\n", {});
  CHECK(run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {1, 2, 4, 3})) ==
        std::vector<float>{4, 3, 4, 3});
}

TEST_CASE("route joins and cuts channels, shortcut adds, upsample repeats") {
  const Files files(net + one_by_one +                                  // 0: x + 1
                        "[convolutional]\nactivation=linear\n" +        // 1: 3 (x + 1)
                        "[route]\nlayers=-1,0\n" +                      // 2: both
                        "[route]\nlayers=-1\ngroups=2\ngroup_id=1\n" +  // 3: x + 1
                        "[shortcut]\nfrom=1\nactivation=linear\n" +     // 4: 4 (x + 1)
                        "[upsample]\nstride=2\n[dropout]\nprobability=.5\n",
                    {1, 1, 0, 3});
  CHECK(run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {0, 1, 2, 3})) ==
        std::vector<float>{4, 4, 8, 8, 4, 4, 8, 8, 12, 12, 16, 16, 12, 12, 16, 16});
}

TEST_CASE("a classifier: average, connected, softmax") {
  const Files files(net + "[avgpool]\n[connected]\noutput=2\nactivation=relu\n[softmax]\n",
                    {0, 1, 2, -1});
  // The mean is 1; 2 * 1 + 0 = 2 and relu(-1 + 1) = 0; softmax(2, 0) = 1 / (1 + exp(-2)), rest.
  const auto result = run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {0, 1, 1, 2}));
  REQUIRE(result.size() == 2);
  CHECK(result[0] == Approx(1 / (1 + std::exp(-2.0))).epsilon(1e-6));
  CHECK(result[1] == Approx(1 - result[0]).epsilon(1e-6));
}

TEST_CASE("mish is x tanh(log(1 + exp(x)))") {
  const Files files(net + "[convolutional]\nactivation=mish\n", {0, 1});
  const auto result = run(load_network(files.cfg_path()), image({1, 1, 2, 2}, {-1, 0, 1, 2}));
  CHECK(result[0] == Approx(-std::tanh(std::log1p(std::exp(-1.0)))).epsilon(1e-6));
  CHECK(result[3] == Approx(2 * std::tanh(std::log1p(std::exp(2.0)))).epsilon(1e-6));
}

TEST_CASE("a yolo layer is an output with its anchors") {
  const Files files(net + "[convolutional]\nfilters=12\nactivation=linear\n" +
                        "[yolo]\nmask=1,2\nanchors=1,2, 3,4, 5,6\nnum=3\nclasses=1\n" +
                        "scale_x_y=1.1\nignore_thresh=.5\n",
                    std::vector<float>(24));
  const LoadedNetwork network = load_network(files.cfg_path());
  REQUIRE(network.facts.yolo_heads.size() == 1);
  const YoloHead& head = network.facts.yolo_heads[0];
  CHECK(head.output == network.graph.outputs.at(0).name);
  CHECK(head.classes == 1);
  CHECK(head.scale_xy == 1.1);
  REQUIRE(head.anchors.size() == 2);
  CHECK(head.anchors[0].width == 3);
  CHECK(head.anchors[1].height == 6);
}

TEST_CASE("darknet files that contradict themselves are refused, naming file and layer") {
  using F = Fault;
  require_refused(net + one_by_one, {1}, F::bad_data, "ends within layer0.convolutional");
  require_refused(net + one_by_one, {1, 2, 3}, F::bad_data, "4 bytes are left after");
  require_refused(net + "[lstm]\n", {}, F::unsupported, "net.cfg:6: [lstm]");
  require_refused(net + "[conv]\nactivation=gelu\n", {0, 1}, F::unsupported, "'gelu'");
  require_refused(net + "[conv]\ndilation=2\n", {0, 1}, F::bad_data, "dilation=2");
  require_refused(net + "[conv]\nsway=1\n", {0, 1}, F::unsupported, "'sway' (line 7)");
  require_refused(net + "[conv]\nfilters=many\n", {}, F::bad_data, "filters='many' is no number");
  require_refused(net + "[conv]\nfilters=1\nfilters=2\n", {}, F::bad_data, "twice");
  require_refused(net + "[conv]\nfilters=16777216\nsize=4096\n", {}, F::bad_data, "ends within");
  require_refused(net + "[route]\nlayers=-1\n", {}, F::bad_data, "names layer -1");
  require_refused(net + "[route]\n", {}, F::bad_data, "names no layers");
  require_refused(net, {}, F::bad_data, "no layer");
  require_refused("[net]\nwidth=0\nheight=2\nchannels=3\n", {}, F::bad_data, "width=0");
  require_refused("[conv]\n", {}, F::bad_data, "where [net] should");
  require_refused("[net]\nwidth\n", {}, F::bad_data, "net.cfg:2");
  require_refused(net + "[conv]\nbatch_normalize=1\nactivation=linear\n", {0, 1, 0, -1, 1},
                  F::bad_data, "variance -1");
  require_refused(net + "[yolo]\nmask=0\nanchors=1,2\nnum=1\nclasses=1\n", {}, F::bad_data,
                  "needs 6 channels");
}

TEST_CASE("half a darknet network says which file is missing") {
  const Files files(net + one_by_one, {0, 1});
  std::filesystem::remove(files.weights_path());
  CHECK_THROWS_WITH(load_network(files.cfg_path()), Contains("net.weights should lie beside it"));
}

TEST_CASE("real darknet detectors load with their two heads") {
  for (const char* name : {"MobileNetV2-YOLOv3-Nano/MobileNetV2-YOLOv3-Nano-voc.cfg",
                           "MobileNetV2-YOLO-Fastest_v1/MobileNetV2-YOLO-Fastest-voc.weights"}) {
    const auto path = testing::real_data("voc_imagenet/models/darknet_voc/" + std::string(name));
    if (!path) return;
    const LoadedNetwork network = load_network(*path);
    const auto shapes = infer_shapes(network.graph, {2, 3, 320, 320});
    REQUIRE(network.graph.outputs.size() == 2);
    const auto shape = [&](std::size_t i) {
      return shapes[static_cast<std::size_t>(network.graph.outputs[i].node)];
    };
    CHECK(shape(0) == Shape{2, 75, 10, 10});
    CHECK(shape(1) == Shape{2, 75, 20, 20});
    CHECK(network.facts.yolo_heads.at(0).scale_xy == 1.1);
    CHECK(network.facts.yolo_heads.at(0).anchors.at(0).width == 189);
  }
}

}  // namespace
}  // namespace bench
