// Presets and rules that make networks binary.
#include <catch2/catch.hpp>

#include "bench/layer_errors.h"
#include "bench/recipe.h"
#include "bench/recipe_parts.h"
#include "models/conformance.h"
#include "models/error.h"
#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/reference.h"
#include "models/size_by_bits.h"
#include "models/zoo/untrained.h"

namespace bench {
namespace {

// first -> norm1 -> relu1 -> second -> norm2 -> relu2 -> third -> fc1 -> relu3 -> fc2
Graph small() {
  Untrained net({.seed = 9}, {1, 3, 6, 6});
  net.conv("first", {.outputs = 4, .kernel = 3, .pad = 1});
  net.batch_norm("norm1");
  net.relu("relu1");
  net.conv("second", {.outputs = 4, .kernel = 3, .pad = 1, .bias = true});
  net.batch_norm("norm2");
  net.relu("relu2");
  net.conv("third", {.outputs = 4, .kernel = 3, .pad = 1, .bias = true});
  net.flatten("flatten", 36);
  net.linear("fc1", 8);
  net.relu("relu3");
  net.linear("fc2", 3);
  return std::move(net).finish("logits");
}

CalibrationInputs two_images() {
  CalibrationInputs inputs;
  inputs.images = 2;
  inputs.load = [](std::size_t image) {
    return std::vector<Tensor>{Random(20 + image).tensor({1, 3, 6, 6}, -1, 1)};
  };
  return inputs;
}

Quantized cook(const std::string& recipe) {
  return apply(parse_recipe(recipe), small(), two_images(), "small.onnx");
}

// "second: sign minus-one ..." would repeat the rules: what the graph says instead.
std::string binary_layers(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    if (!weight_of(node.op) || !has_grid(node.op)) continue;
    const Node& read = graph.nodes[static_cast<std::size_t>(node.inputs[0])];
    text += node.name + "(" + read.name + (bias_of(node.op)->empty() ? ") " : ")+bias ");
  }
  return text;
}

const Grid& grid(const Graph& graph, const std::string& name) {
  return *weight_grid_of(graph.nodes[static_cast<std::size_t>(find_node(graph, name))].op);
}

TEST_CASE("presets of binary networks: who reads what, and what stays in float") {
  const auto layers = [](const std::string& recipe) { return binary_layers(cook(recipe).graph); };
  CHECK(layers("binary-weight") == "second(relu1.pad) third(relu2.pad) fc1(flatten) ");
  CHECK(layers("binary-weight:padding=zero,bias=true") ==
        "second(relu1)+bias third(relu2)+bias fc1(flatten)+bias ");
  CHECK(layers("xnor") == "second(relu1.pad.sign) third(relu2.pad.sign) fc1(flatten.sign) ");
  CHECK(layers("xnor-net") == "second(relu1.sign) third(relu2.sign) fc1(flatten.sign) ");
  CHECK(layers("learned-scales") ==
        "second(relu1.sign)+bias third(relu2.sign)+bias fc1(flatten.sign)+bias ");
  CHECK(layers("learned-scales:input=real,layers=third") == "third(relu2)+bias ");
  CHECK(layers("popcount") ==
        "second(relu1.sign.pad)+bias third(relu2.sign.pad)+bias fc1(flatten.sign)+bias ");
  CHECK(layers("binary-steps:step=1") == "second(relu1.pad) third(relu2.pad) ");
  CHECK(layers("binary-steps") == "second(relu1.pad) third(relu2.pad) fc1(flatten) ");
  CHECK(layers("binary-steps:timed=true,step=4") ==
        "second(relu1.sign.pad)+bias third(relu2.sign.pad)+bias ");
  CHECK(layers("xnor:first_last=true,layers=f*") ==
        "first(image.pad.sign) fc1(flatten.sign) fc2(relu3.sign) ");
  CHECK(layers("xnor:layers=third+fc*") == "third(relu2.pad.sign) fc1(flatten.sign) ");
  CHECK_THROWS_WITH(layers("xnor:layers=therd"), Catch::Contains("did you mean 'third'"));
  CHECK_THROWS_WITH(layers("xnor:padding=one"), Catch::Contains("unknown padding 'one'"));
  CHECK_THROWS_WITH(layers("binary-steps:step=6"), Catch::Contains("step: expected 1 to 5"));
}

TEST_CASE("layers with slashes and stars in their names make names fit for files") {
  const Recipe recipe = parse_recipe("xnor:layers=/stage2/*.3/Conv+fc");
  CHECK(recipe.name == "xnor--stage2--.3-Conv-fc");
  const auto& rules = std::get<pass::Binarize>(recipe.passes.at(0)).rules;
  CHECK(rules.at(0).which.name == "/stage2/*.3/Conv");
  CHECK(rules.at(1).which.name == "fc");
}

TEST_CASE("presets of binary networks: scales") {
  const Graph weights = cook("binary-weight").graph;
  double mean = 0;
  const Graph source = small();
  const auto& second =
      *weight_of(source.nodes[static_cast<std::size_t>(find_node(source, "second"))].op);
  for (std::size_t i = 0; i < 36; ++i) mean += std::abs(second.data<float>()[i]) / 36;
  CHECK(grid(weights, "second").scale.size() == 4);
  CHECK(grid(weights, "second").scale[0] == Approx(mean));
  CHECK(grid(weights, "fc1").scale == std::vector<float>{0.5f});
  CHECK(grid(cook("popcount").graph, "third").scale == std::vector<float>{0.5f});
  const Grid learned = grid(cook("learned-scales").graph, "third");
  CHECK(learned.scale.size() == 4);
  CHECK(learned.scale != grid(cook("xnor").graph, "third").scale);
}

TEST_CASE("batch norms behind binary layers stay, the others go") {
  const Graph graph = cook("xnor").graph;
  CHECK(find_node(graph, "norm1") < 0);
  CHECK(find_node(graph, "norm2") >= 0);
}

TEST_CASE("the report of binarize") {
  const Quantized done = cook("learned-scales");
  REQUIRE_FALSE(done.reports.empty());
  CHECK(done.reports[0].pass == "binarize");
  CHECK(done.reports[0].summary == "3 layers binary, 3 of them with binary inputs");
  CHECK(done.reports[0].nodes.at(0).first == "second");
  const Json json = parse_json(R"({"passes": [{"pass": "binarize", "rules": [
      {"which": {"name": "second"}}, {"which": {"kind": "depthwise"}, "binary": false}]}]})",
                               "own.json");
  const Quantized own = apply(recipe_of(json, "own.json"), small(), {}, "small.onnx");
  CHECK(own.reports[0].summary ==
        "1 layer binary, 1 of them with binary inputs; rule 2 fits no layer");
}

TEST_CASE("binary rules in JSON: read, written, refused with their place") {
  const auto read = [](const std::string& rule, const std::string& more = "") {
    const std::string text =
        R"({"passes": [{"pass": "binarize", "rules": [)" + rule + "]" + more + "}]}";
    return recipe_of(parse_json(text, "own.json"), "own.json");
  };
  const Recipe recipe = read(R"({"which": {"kind": "convolution", "numbers": [2, 4]},
      "input": "real", "scale": "learned", "output": "half", "padding": "plus-one",
      "bias": true})",
                             R"(, "scales": {"second": [1, 2, 0.5, 1], "third": [1, 1, 1, 0]})");
  const auto& pass = std::get<pass::Binarize>(recipe.passes.at(0));
  REQUIRE(pass.rules.size() == 1);
  CHECK(pass.rules[0].which.numbers == NodeFilter::Numbers{2, 4});
  CHECK(*pass.rules[0].scheme == BinaryScheme{.input = BinaryScheme::Input::real,
                                              .scale = BinaryScheme::Scale::learned,
                                              .output = BinaryScheme::Output::half,
                                              .padding = BinaryScheme::Padding::plus_one,
                                              .keeps_bias = true});
  CHECK(pass.scales.at("second") == std::vector<float>{1, 2, 0.5f, 1});
  CHECK_FALSE(needs_images(recipe));
  const std::string text = to_text(to_json(recipe));
  CHECK(to_text(to_json(recipe_of(parse_json(text, "x"), "x"))) == text);
  const Graph graph = apply(recipe, small(), {}, "small.onnx").graph;
  CHECK(grid(graph, "second").scale == std::vector<float>{0.5f, 1, 0.25f, 0.5f});

  CHECK(needs_images(read(R"({"scale": "learned"})")));
  CHECK_THROWS_WITH(apply(read(R"({"scale": "learned"})"), small(), {}, "small.onnx"),
                    Catch::Contains("there are none") && Catch::Contains("--calibration-images"));
  CHECK_THROWS_WITH(read(R"({"scale": "learnt"})"),
                    Catch::Contains("own.json: passes[0].rules[0].scale") &&
                        Catch::Contains("did you mean 'learned'"));
  CHECK_THROWS_WITH(read(R"({"which": {"numbers": [3, 2]}})"),
                    Catch::Contains("which.numbers: expected two whole numbers"));
  CHECK_THROWS_WITH(read(R"({"binary": false, "input": "sign"})"), Catch::Contains("input"));
  CHECK_THROWS_WITH(read("{}", R"(, "scales": {"second": 1})"), Catch::Contains("scales.second"));
}

TEST_CASE("bias correction knows what binary layers are not") {
  const auto after = [](const char* binarize, const char* correct) {
    Recipe recipe = parse_recipe(binarize);
    const std::string text = std::string(R"({"passes": [{"pass": ")") + correct + "\"}]}";
    recipe.passes.push_back(recipe_of(parse_json(text, "x"), "x").passes.at(0));
    return apply(recipe, small(), two_images(), "small.onnx");
  };
  CHECK_THROWS_WITH(after("xnor", "correct-bias"), Catch::Contains("nothing of binary inputs"));
  CHECK_THROWS_WITH(after("xnor-net", "correct-bias-on-data"), Catch::Contains("XNOR-Net"));
  // With it the mean of each result is the float network's.
  const Graph corrected = after("xnor:bias=true", "correct-bias-on-data").graph;
  const CalibrationInputs images = two_images();
  double wanted = 0, got = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Tensor image = images.load(i)[0];
    wanted += evaluate(small(), image)[0].data<float>()[1];
    got += evaluate(corrected, image)[0].data<float>()[1];
  }
  CHECK(got == Approx(wanted).epsilon(1e-4));
}

// Document 4's network as far as it has parameters: VGG16 to fc7, the region proposals and heads.
class Document4 {
 public:
  Document4() {
    graph_.add("image", Input{{1, 3, -1, -1}});
    constexpr std::pair<int, int> blocks[] = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
    int block = 0;
    for (const auto& [convolutions, channels] : blocks) {
      ++block;
      for (int i = 1; i <= convolutions; ++i) {
        conv("conv" + std::to_string(block) + "_" + std::to_string(i), channels, 3);
      }
    }
    const NodeId trunk = here_;
    conv("rpn_conv_3x3", 512, 3);
    const NodeId proposals = here_;
    output(conv("rpn_cls_score", 18, 1));
    here_ = proposals, channels_ = 512;
    output(conv("rpn_bbox_pred", 36, 1));
    using DimKind = Dim::Kind;
    const Reshape flatten{{{.kind = DimKind::copy}, {.kind = DimKind::infer}}};
    here_ = graph_.add("flatten", flatten, {trunk});
    channels_ = 25088;
    linear("fc6", 4096);
    const NodeId features = linear("fc7", 4096);
    output(linear("cls_score", 21));
    here_ = features, channels_ = 4096;
    output(linear("bbox_pred", 84));
    validate(graph_);
  }

  Graph take() { return std::move(graph_); }

 private:
  NodeId conv(const std::string& name, int outputs, int kernel) {
    Conv2d op{.weight = Tensor({outputs, channels_, kernel, kernel}), .bias = Tensor({outputs})};
    const int pad = kernel / 2;
    op.pad = {pad, pad, pad, pad};
    here_ = graph_.add(name, std::move(op), {here_});
    channels_ = outputs;
    return here_;
  }
  NodeId linear(const std::string& name, int outputs) {
    Linear op;
    op.weight = Tensor({outputs, channels_});
    op.bias = Tensor({outputs});
    here_ = graph_.add(name, std::move(op), {here_});
    channels_ = outputs;
    return here_;
  }
  void output(NodeId id) {
    graph_.outputs.push_back({graph_.nodes[static_cast<std::size_t>(id)].name, id});
  }

  Graph graph_;
  NodeId here_ = 0;
  int channels_ = 3;
};

// "0.18 1.22 5.39 10.39 83.02": the document's column, from its own formula 31/32 Q / N.
TEST_CASE("document 4's steps: binary weights and the column 'weight compressing'") {
  const Graph network = Document4().take();
  std::int64_t all = 0;
  for (const LayerBits& layer : size_by_bits(network).layers) {
    all += layer.weights.numbers + layer.biases.numbers;
  }
  CHECK(all == 137'078'239);
  constexpr std::int64_t binary[] = {258'048, 1'732'608, 7'630'848, 14'708'736, 117'469'184};
  constexpr double printed[] = {0.18, 1.22, 5.39, 10.39, 83.02};
  for (int step = 1; step <= 5; ++step) {
    INFO("step " << step);
    const Recipe recipe = parse_recipe("binary-steps:step=" + std::to_string(step));
    const auto& rules = std::get<pass::Binarize>(recipe.passes.at(0)).rules;
    const SizeByBits size = size_by_bits(binarize(network, rules).graph);
    CHECK(size.numbers.at(1) == binary[step - 1]);
    const double percent = 100 * size.weights_saved / static_cast<double>(all);
    CHECK(std::abs(percent - printed[step - 1]) < 0.005);
  }
}

TEST_CASE("backends that heed grids compute what the binary network means") {
  for (const RecipePart& preset : recipe_presets()) {
    const Recipe recipe = parse_recipe(preset.name);
    if (!std::holds_alternative<pass::Binarize>(recipe.passes.at(0))) continue;
    const Graph graph = cook(preset.name).graph;
    const Tensor image = two_images().load(1)[0];
    const Tensor wanted = evaluate(graph, image)[0];
    for (const char* backend : {"fake-quant", "1-bit"}) {
      INFO(preset.name << " on " << backend);
      const auto program = find_backend(backend).compile(graph, {});
      CHECK(relative_error(program->open_session()->run(image).at(0), wanted) < 1e-5);
    }
  }
}

TEST_CASE("binary networks are explained: the float network is beside them") {
  for (const char* recipe : {"binary-weight:padding=zero,bias=true", "xnor:padding=zero,bias=true",
                             "xnor:bias=true", "xnor-net", "learned-scales"}) {
    INFO(recipe);
    const Graph graph = cook(recipe).graph;
    const Tensor image = two_images().load(0)[0];
    CHECK(relative_error(evaluate(without_grids(graph), image)[0], evaluate(small(), image)[0]) <
          1e-4);
    ErrorsByLayer errors(graph, find_backend("fake-quant"));
    errors.add(image);
    CHECK(std::isfinite(errors.outputs().decibels()));
    CHECK(errors.layers().size() >= 3);
  }
}

}  // namespace
}  // namespace bench
