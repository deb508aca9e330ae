// Training as a whole, small: drawn images in, a network's file and card out.

#include "bench/training.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "bench/backend.h"
#include "bench/files.h"
#include "bench/network.h"
#include "bench/train/trainable_graph.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/layers.h"
#include "models/passes/round_batch_norm.h"
#include "models/random.h"
#include "models/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each run of the tests; training images are drawn once.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "bench-train-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

const Folder& folder() {
  static const Folder one;
  return one;
}

std::string text_of(const std::string& name, const std::string& network,
                    const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "about": "a test", "task": "imagenet", "network": )" +
         network + R"(,
    "prepare": "mini-64", "decode": "classifier", "objective": {"kind": "softmax"},
    "images": {"draw": "classification", "count": 48, "seed": 3},
    "augment": {"flip": true, "shift": 0.1, "zoom": 0.1, "brightness": 0.1},
    "optimizer": {"kind": "adam", "learning_rate": 0.003}, "batch": 8, "steps": 6)" +
         more + "}";
}

const std::string untrained =
    R"({"builder": "mobilenet-v2", "width": 0.125, "image": [64, 64], "classes": 24})";

TrainingRequest request_of(const std::string& text, const std::string& out) {
  TrainingRequest request;
  request.recipe = parse_training_recipe(text, "test.json");
  request.data = folder() / "data";
  request.out = folder() / out;
  request.command = "bench train --recipe test.json";
  return request;
}

struct Trained {
  TrainingResult result;
  int steps = 0;  // made by this call
  double first_loss = 0, last_loss = 0;
};

// Stops after so many steps.
Trained run(const TrainingRequest& request, int most = 1000) {
  Trained trained;
  std::atomic<bool> stop = false;
  const auto progress = [&](const TrainingProgress& p) {
    if (++trained.steps == 1) trained.first_loss = p.loss;
    trained.last_loss = p.loss;
    stop = trained.steps == most;
  };
  trained.result = train(request, {stop, progress, [](const std::string&) {}});
  return trained;
}

// What later tests start from.
const std::string& base() {
  static const std::string path =
      run(request_of(text_of("base", untrained), "nets")).result.weights;
  return path;
}

Trained fine_tuned(const std::string& name, const std::string& more) {
  base();
  return run(request_of(text_of(name, R"({"from": "base"})", more), "nets"));
}

Tensor noise(std::uint64_t seed) { return Random(seed).tensor({1, 3, 64, 64}, -2, 2); }

std::vector<float> answer(const Graph& graph, const char* backend, const Tensor& input) {
  const auto outputs = find_backend(backend).compile(graph, {})->open_session()->run(input);
  const auto data = outputs.at(0).data<float>();
  return {data.begin(), data.end()};
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
  }
  return most;
}

TEST_CASE("One recipe, one file: again, and stopped and gone on with") {
  const std::string text = text_of("net", untrained);
  const Trained once = run(request_of(text, "once"));
  CHECK(once.result.complete);
  CHECK(once.steps == 6);
  CHECK_FALSE(fs::exists(folder() / "once/net.checkpoint"));
  const std::string file = read_file(once.result.weights);
  CHECK(read_file(run(request_of(text, "again")).result.weights) == file);

  const TrainingRequest request = request_of(text, "stopped");
  const Trained begun = run(request, 2);
  CHECK_FALSE(begun.result.complete);
  CHECK(fs::exists(folder() / "stopped/net.checkpoint"));
  const Trained ended = run(request);
  CHECK(ended.steps == 4);
  CHECK(ended.last_loss == once.last_loss);
  CHECK(read_file(ended.result.weights) == file);

  CHECK(read_file(
            run(request_of(text_of("net", untrained, R"(, "seed": 2)"), "other")).result.weights) !=
        file);
}

TEST_CASE("A checkpoint of another recipe is refused, unless it is to be thrown away") {
  run(request_of(text_of("net", untrained), "mixed"), 1);
  TrainingRequest other = request_of(text_of("net", untrained, R"(, "seed": 2)"), "mixed");
  CHECK_THROWS_WITH(run(other), Catch::Contains("net.checkpoint: is of another training") &&
                                    Catch::Contains("--restart"));
  other.restart = true;
  CHECK(run(other).steps == 6);
  write_file(folder() / "mixed/net.checkpoint", "no safetensors at all");
  other.restart = false;
  CHECK_THROWS_WITH(run(other), Catch::Contains("net.checkpoint"));
}

TEST_CASE("The card says how to get the file again and how good it is") {
  TrainingRequest request = request_of(text_of("judged", untrained), "judged");
  request.judge = folder() / "data/classification-48-seed3";
  run(request_of(text_of("other", untrained), "judged"), 1);  // draws the images
  const TrainingResult result = run(request).result;
  const ModelCard card = parse_model_card(read_file(result.card), result.card);
  CHECK(card.weights == "judged.safetensors");
  CHECK(card.sha256 == sha256_of_file(result.weights));
  CHECK(card.drawn);
  REQUIRE(card.training);
  CHECK(card.training->steps == 6);
  CHECK(card.training->device == "cpu");
  CHECK(card.training->command == request.command);
  CHECK(card.training->metric == "top1");
  CHECK(card.training->value == result.value);
  CHECK(result.value >= 0);
  CHECK(result.value <= 1);
  CHECK(to_text(to_json(card)) == read_file(result.card));
}

TEST_CASE("What is trained with grids means the same in training, in fake-quant and in int8") {
  for (const char* preset : {"tf-qat", "int8", "tflite"}) {
    INFO(preset);
    const Trained trained =
        fine_tuned(std::string("grids-") + preset,
                   std::string(R"(, "quantize": ")") + preset + R"(", "observe": {"images": 8})");
    const Graph graph = prepare_graph(load_network(trained.result.weights).graph, {}, {}, "").graph;
    REQUIRE(has_grids(graph));
    TrainableGraph net(graph);
    for (std::uint64_t seed = 1; seed < 4; ++seed) {
      const Tensor input = noise(seed);
      const Tensor logits = net.answer(input).at(0);
      const auto data = logits.data<float>();
      const std::vector<float> evaluated(data.begin(), data.end());
      const std::vector<float> simulated = answer(graph, "fake-quant", input);
      double largest = 0;
      for (const float x : simulated) largest = std::max(largest, std::abs(double{x}));
      // A sum rounded otherwise may fall on the other side of a half: one number of 255 further on,
      // and what follows from it in 53 layers.
      CHECK(largest_difference(evaluated, simulated) <= largest / 10);
      CHECK(largest_difference(answer(graph, "int8", input), simulated) <= largest / 10);
    }
  }
}

TEST_CASE("Grids of weights follow the weights; ranges stay once they are frozen") {
  const std::string options = R"(, "quantize": "int8", "observe": {"images": 8, "decay": 0.5)";
  const auto graph_of = [&](const std::string& name, const std::string& more) {
    return load_network(fine_tuned(name, options + more).result.weights).graph;
  };
  const Graph following = graph_of("following", "}");
  for (const Node& node : following.nodes) {
    const Tensor* weight = weight_of(node.op);
    if (!weight) continue;
    const Grid& grid = *weight_grid_of(node.op);
    float largest = 0;  // of the first channel: int8's weights have a scale for each
    for (std::int64_t i = 0; i < weight->size() / weight->dim(0); ++i) {
      largest = std::max(largest, std::abs(weight->data<float>()[static_cast<std::size_t>(i)]));
    }
    CHECK(grid.scale[0] >= Approx(largest / 127).epsilon(1e-5));
  }
  const auto scales = [](const Graph& graph) {
    std::vector<float> list;
    for (const Node& node : graph.nodes) {
      const auto* op = std::get_if<FakeQuantize>(&node.op);
      if (op) list.push_back(std::get<Grid>(op->grid).scale[0]);
    }
    return list;
  };
  CHECK(scales(graph_of("frozen-1", R"(, "freeze_after": 1}, "seed": 5)")) !=
        scales(graph_of("frozen-2", R"(, "freeze_after": 2}, "seed": 5)")));
  CHECK(scales(following) != scales(graph_of("frozen-3", R"(, "freeze_after": 1})")));
}

TEST_CASE("Quantised training goes on from a checkpoint to the same bits") {
  base();
  const std::string text =
      text_of("q", R"({"from": "base"})", R"(, "quantize": "tf-qat", "observe": {"images": 8})");
  fs::create_directories(folder() / "q-stopped");
  fs::copy(base(), folder() / "q-stopped/base.safetensors");
  const TrainingRequest request = request_of(text, "q-stopped");
  run(request, 3);
  CHECK(read_file(run(request).result.weights) ==
        read_file(run(request_of(text, "nets")).result.weights));
}

TEST_CASE("Binary layers keep their real weights from step to step") {
  const auto first = fine_tuned("signs-1", R"(, "quantize": "binary-weight:layers=features.2*",
    "sign_gradient": {"weights": "identity"})");
  const auto second = run(request_of(
      text_of(
          "signs-2", R"({"from": "signs-1"})",
          R"(, "quantize": "binary-weight:layers=features.2*+features.3*", "freeze": ["features*"])"),
      "nets"));
  const Graph before = load_network(first.result.weights).graph;
  const Graph after = load_network(second.result.weights).graph;
  int binary = 0, compared = 0;
  for (const Node& node : after.nodes) {
    const Tensor* weight = weight_of(node.op);
    if (!weight) continue;
    if (weight_grid_of(node.op)) ++binary;
    for (const Node& old : before.nodes) {
      if (old.name != node.name || node.name == "classifier") continue;
      ++compared;  // all the others were frozen
      CHECK(std::ranges::equal(weight->data<float>(), weight_of(old.op)->data<float>()));
    }
  }
  CHECK(binary == 6);  // expand, depthwise, project of two blocks
  CHECK(compared > binary);
}

TEST_CASE("Document 2's batch norms stay, and end with factors of 8 bits") {
  const Trained trained = fine_tuned("nbit", R"(, "quantize": "nbit:n=8")");
  const Graph graph = load_network(trained.result.weights).graph;
  const Graph again = round_batch_norm(graph, pass::RoundBatchNorm{}.grid).graph;
  int norms = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* norm = std::get_if<BatchNorm>(&graph.nodes[i].op);
    if (!norm) continue;
    ++norms;
    const auto once = norm->gamma.data<float>();
    const auto twice = std::get<BatchNorm>(again.nodes[i].op).gamma.data<float>();
    for (std::size_t c = 0; c < once.size(); ++c) CHECK(once[c] == Approx(twice[c]).epsilon(1e-6));
  }
  CHECK(norms == 52);
}

TEST_CASE("Passes that finish see the trained network; a recipe without steps only has these") {
  base();
  const auto judged = [](const std::string& name, const std::string& network,
                         const std::string& more) {
    std::string text = text_of(name, network, more);
    text.replace(text.find("\"steps\": 6"), 10, "\"steps\": 0");
    TrainingRequest request = request_of(text, "nets");
    request.judge = folder() / "data/classification-48-seed3";
    return run(request).result;
  };
  const TrainingResult plain = judged("plain", R"({"from": "base"})", "");
  const TrainingResult unbalanced =
      judged("unbalanced", R"({"from": "base"})",
             R"(, "finish": {"passes": [{"pass": "unbalance", "spare_relu6": true}]})");
  CHECK(unbalanced.value == plain.value);
  CHECK(read_file(unbalanced.weights) != read_file(plain.weights));
}

TEST_CASE("What cannot be trained is said before the first step") {
  const auto fault = [](const std::string& network, const std::string& more) {
    try {
      run(request_of(text_of("wrong", network, more), "nets"));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  base();
  CHECK_THAT(fault(R"({"from": "nobody"})", ""), Catch::Contains("starts from 'nobody'"));
  CHECK_THAT(fault(untrained, R"(, "freeze": ["conv9*"])"),
             Catch::Contains("freeze: no node is called 'conv9*'"));
  CHECK_THAT(fault(R"({"from": "base"})", R"(, "quantize": "dfq:correct_bias_on_data=true")"),
             Catch::Contains("correct-bias-on-data"));
}

TEST_CASE("A loss that is no number ends the training by name") {
  std::string text = text_of("wild", untrained);
  // Weights are multiplied by -999 in every step.
  text.replace(text.find(R"("adam", "learning_rate": 0.003)"), 30,
               R"("sgd", "learning_rate": 1000, "weight_decay": 1)");
  text.replace(text.find("\"steps\": 6"), 10, "\"steps\": 60");
  try {
    run(request_of(text, "wild"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::bad_data);
    CHECK_THAT(error.what(), Catch::Contains("recipe wild: the loss of step"));
  }
}

}  // namespace
}  // namespace bench
