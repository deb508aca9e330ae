// MXNet networks: operators small enough to follow by hand, all kinds of records, BMXNet's layers.
#include "models/formats/mxnet.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "models/error.h"
#include "models/formats/mxnet_testing.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::mxnet_record;
using testing::MxnetModel;
using testing::MxnetRecord;
using testing::raw;
using Numbers = std::vector<float>;
using Catch::Matchers::Contains;

template <class Op>
const Op& find(const Graph& graph, const std::string& name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  REQUIRE(found != graph.nodes.end());
  REQUIRE(std::holds_alternative<Op>(found->op));
  return std::get<Op>(found->op);
}

/// A 1x1 convolution of one channel that changes nothing: it says what the input's channels are.
int plain(MxnetModel& model) {
  const int w = model.floats("same_weight", {1, 1, 1, 1}, {1});
  return model.op("Convolution", "same", {0, w},
                  {{"kernel", "(1, 1)"}, {"num_filter", "1"}, {"no_bias", "True"}});
}

/// One operator over a map of one channel.
Numbers run_one(const std::string& op, const MxnetModel::Attributes& attributes, const Shape& shape,
                const Numbers& x) {
  MxnetModel model;
  model.op(op, "l", {plain(model)}, attributes);
  return model.run(shape, x);
}

TEST_CASE("MXNet: convolutions") {
  MxnetModel model;
  const int w = model.floats("c_weight", {1, 1, 2, 2}, {1, 10, 100, 1000});
  const int b = model.floats("c_bias", {1}, {.5f});
  model.op("Convolution", "c", {0, w, b},
           {{"kernel", "(2, 2)"}, {"num_filter", "1"}, {"pad", "(1L, 1L)"}, {"workspace", "256"}});
  CHECK(model.run({1, 1, 2, 2}, {1, 2, 3, 4}) ==
        Numbers{1000.5f, 2100.5f, 200.5f, 3010.5f, 4321.5f, 402.5f, 30.5f, 43.5f, 4.5f});
  const Graph graph = model.read().graph;
  CHECK(std::get<Input>(graph.nodes[0].op).shape == Shape{-1, 1, -1, -1});
  CHECK(model.read().format == "mxnet");

  MxnetModel groups;
  const int v = groups.floats("c_weight", {2, 1, 1, 1}, {3, 5});
  groups.op("Convolution", "c", {0, v},
            {{"kernel", "[1, 1]"}, {"num_filter", "2"}, {"num_group", "2"}, {"no_bias", "1"}});
  CHECK(groups.run({1, 2, 1, 1}, {1, 2}) == Numbers{3, 10});
}

TEST_CASE("MXNet: dense layers flatten what they read, unless told otherwise") {
  MxnetModel model;
  const int w = model.floats("f_weight", {2, 3}, {1, 2, 3, 4, 5, 6});
  const int b = model.floats("f_bias", {2}, {10, 20});
  model.op("FullyConnected", "f", {0, w, b}, {{"num_hidden", "2"}});
  CHECK(model.run({1, 3}, {1, 10, 100}) == Numbers{331, 674});
  CHECK(run_one("Flatten", {}, {1, 1, 1, 2}, {1, 2}) == Numbers{1, 2});
}

TEST_CASE("MXNet: batch norm takes gamma as 1 unless told otherwise") {
  const auto with = [](const MxnetModel::Attributes& attributes, bool statistics_listed) {
    MxnetModel model;
    std::vector<int> inputs = {0, model.floats("n_gamma", {2}, {3, 4}),
                               model.floats("n_beta", {2}, {1, 2})};
    const int mean = model.floats("n_moving_mean", {2}, {5, 6});
    const int variance = model.floats("n_moving_var", {2}, {3.75f, 8.75f});
    if (statistics_listed) inputs.insert(inputs.end(), {mean, variance});
    model.op("BatchNorm", "n", inputs, attributes);
    return model.run({1, 2, 1, 1}, {7, 12});
  };
  for (const bool listed : {true, false}) {  // MXNet 0.8 did not list them
    CHECK(with({{"eps", "0.25"}}, listed) == Numbers{2, 4});
    CHECK(with({{"eps", "0.25"}, {"fix_gamma", "False"}}, listed) == Numbers{4, 10});
  }
  const Numbers by_default = with({}, true);
  CHECK(by_default[0] == Approx(1 + 2 / std::sqrt(3.751)));
}

TEST_CASE("MXNet: pooling") {
  const Numbers x{1, 2, 3, 4, 5};
  const Shape row{1, 1, 1, 5};
  const auto pool = [&](MxnetModel::Attributes attributes) {
    attributes.emplace_back("kernel", "(1, 2)");
    attributes.emplace_back("stride", "(1, 2)");
    return run_one("Pooling", attributes, row, x);
  };
  CHECK(pool({}) == Numbers{2, 4});
  CHECK(pool({{"pooling_convention", "full"}}) == Numbers{2, 4, 5});
  CHECK(pool({{"pool_type", "avg"}}) == Numbers{1.5f, 3.5f});
  CHECK(pool({{"pool_type", "avg"}, {"global_pool", "True"}}) == Numbers{3});
  CHECK(pool({{"global_pool", "True"}}) == Numbers{5});
  const MxnetModel::Attributes padded = {
      {"kernel", "(1, 3)"}, {"stride", "(1, 3)"}, {"pad", "(0, 1)"}, {"pool_type", "avg"}};
  CHECK(run_one("Pooling", padded, {1, 1, 1, 2}, {3, 6}) == Numbers{3});
  auto without = padded;
  without.emplace_back("count_include_pad", "False");
  CHECK(run_one("Pooling", without, {1, 1, 1, 2}, {3, 6}) == Numbers{4.5f});
}

TEST_CASE("MXNet: functions of single elements") {
  const Shape row{1, 1, 1, 2};
  const auto run = [&](const std::string& op, const MxnetModel::Attributes& attributes) {
    return run_one(op, attributes, row, {-2, 4});
  };
  CHECK(run("Activation", {{"act_type", "relu"}}) == Numbers{0, 4});
  CHECK(run("Activation", {{"act_type", "softrelu"}})[1] == Approx(std::log(1 + std::exp(4.0))));
  CHECK(run("Activation", {{"act_type", "sigmoid"}})[0] == Approx(1 / (1 + std::exp(2.0))));
  CHECK(run("Activation", {{"act_type", "tanh"}})[0] == Approx(std::tanh(-2.0)));
  CHECK(run("LeakyReLU", {}) == Numbers{-.5f, 4});
  CHECK(run("LeakyReLU", {{"slope", "0.5"}}) == Numbers{-1, 4});
  CHECK(run("LeakyReLU", {{"act_type", "elu"}, {"slope", "2"}})[0] ==
        Approx(2 * (std::exp(-2.0) - 1)));
  CHECK(run("clip", {{"a_min", "-1"}, {"a_max", "1.5"}}) == Numbers{-1, 1.5f});
  CHECK(run("_plus_scalar", {{"scalar", "3"}}) == Numbers{1, 7});
  CHECK(run("_minus_scalar", {{"scalar", "3"}}) == Numbers{-5, 1});
  CHECK(run("_rminus_scalar", {{"scalar", "3"}}) == Numbers{5, -1});
  CHECK(run("_mul_scalar", {{"scalar", "3"}}) == Numbers{-6, 12});
  CHECK(run("_div_scalar", {{"scalar", "4"}}) == Numbers{-.5f, 1});
  CHECK(run("_rdiv_scalar", {{"scalar", "4"}}) == Numbers{-2, 1});
  CHECK(run("Dropout", {{"p", "0.5"}}) == Numbers{-2, 4});
  CHECK(run("BlockGrad", {}) == Numbers{-2, 4});
}

TEST_CASE("MXNet: what only moves numbers") {
  CHECK(run_one("UpSampling", {{"scale", "2"}, {"sample_type", "nearest"}, {"num_args", "1"}},
                {1, 1, 1, 2}, {1, 2}) == Numbers{1, 1, 2, 2, 1, 1, 2, 2});
  CHECK(run_one("Pad",
                {{"mode", "constant"}, {"pad_width", "(0,0,0,0,0,0,1,2)"}, {"constant_value", "9"}},
                {1, 1, 1, 1}, {5}) == Numbers{9, 5, 9, 9});
  CHECK(run_one("transpose", {{"axes", "(0, 1, 3, 2)"}}, {1, 1, 2, 2}, {1, 2, 3, 4}) ==
        Numbers{1, 3, 2, 4});
  CHECK(run_one("Reshape", {{"shape", "(0, -1)"}}, {1, 1, 1, 2}, {1, 2}) == Numbers{1, 2});
  MxnetModel model;
  const int x = plain(model);
  const int y = model.op("_mul_scalar", "y", {x}, {{"scalar", "2"}});
  model.op("Concat", "c", {x, y}, {{"num_args", "2"}, {"dim", "1"}});
  CHECK(model.run({1, 1, 1, 2}, {1, 2}) == Numbers{1, 2, 2, 4});
}

TEST_CASE("MXNet: sums, and arrays as operands") {
  MxnetModel model;
  const int x = plain(model);
  const int sum = model.op("elemwise_add", "s", {x, x});
  const int all = model.op("add_n", "n", {sum, x, x}, {{"num_args", "3"}});
  const int k = model.floats("k", {1, 1, 1, 1}, {10});
  model.op("broadcast_mul", "m", {all, k});
  CHECK(model.run({1, 1, 1, 2}, {1, 2}) == Numbers{40, 80});
}

TEST_CASE("MXNet: a softmax that was trained with needs no label") {
  MxnetModel model;
  const int w = model.floats("f_weight", {2, 1}, {0, 1});
  const int f = model.op("FullyConnected", "f", {0, w}, {{"num_hidden", "2"}, {"no_bias", "True"}});
  const int label = model.variable("softmax_label");
  model.op("SoftmaxOutput", "softmax", {f, label}, {{"grad_scale", "1"}});
  CHECK(model.run({1, 1}, {0}) == Numbers{.5f, .5f});
}

TEST_CASE("MXNet: attributes have had three names") {
  for (const char* key : {"param", "attr", "attrs"}) {
    MxnetModel model;
    model.op("_plus_scalar", "l", {plain(model)}, {{"scalar", "1"}});
    const std::string symbol = model.symbol(key), params = model.params();
    const Graph graph = read_mxnet(NamedBytes{"s", symbol}, NamedBytes{"p", params}).graph;
    CHECK(evaluate(graph, Tensor::of({1, 1, 1, 1}, {2})).at(0).data<float>()[0] == 3);
  }
}

TEST_CASE("MXNet: records of every version and type") {
  using enum MxnetRecord;
  for (const MxnetRecord version : {v0, v1, v2, v3}) {
    const std::string list =
        testing::mxnet_list({{"arg:a", mxnet_record(version, {2, 1}, 0, raw(Numbers{1, -2}))},
                             {"aux:b", mxnet_record(version, {1}, 0, raw(3.f))}});
    const MxnetArrays arrays = parse_mxnet_params(list);
    REQUIRE(arrays.size() == 2);
    CHECK(arrays.at("a").shape == Shape{2, 1});
    CHECK(to_floats(arrays.at("a")).data<float>()[1] == -2);
    CHECK(to_floats(arrays.at("b")).data<float>()[0] == 3);
  }
  const auto value = [](std::int32_t type, const std::string& bytes) {
    const std::string list = testing::mxnet_list({{"arg:a", mxnet_record(v2, {1}, type, bytes)}});
    return to_floats(parse_mxnet_params(list).at("a")).data<float>()[0];
  };
  CHECK(value(0, raw(1.5f)) == 1.5f);
  CHECK(value(1, raw(2.5)) == 2.5f);
  CHECK(value(2, raw(std::uint16_t{0x3e00})) == 1.5f);
  CHECK(value(3, raw(std::uint8_t{200})) == 200);
  CHECK(value(4, raw(std::int32_t{-70'000})) == -70'000);
  CHECK(value(5, raw(std::int8_t{-3})) == -3);
  CHECK(value(6, raw(std::int64_t{1} << 40)) == 0x1p40f);
  const std::string one = testing::mxnet_list({{"arg:a", mxnet_record(v3, {}, 0, raw(7.f))}});
  CHECK(to_floats(parse_mxnet_params(one).at("a")).data<float>()[0] == 7);
}

/// 32 channels of which `minus` are -1 and the rest +1.
Numbers channels(int minus) {
  Numbers x(32, 1);
  std::fill_n(x.begin(), minus, -1.f);
  return x;
}

TEST_CASE("BMXNet: a binary convolution counts the products that are +1") {
  // Two filters of 32 channels: all +1; and +1 in channels 0 and 31 only. Words of 32 bits.
  const auto with = [](const MxnetModel::Attributes& more, int type, const std::string& words,
                       std::int64_t count) {
    MxnetModel model;
    const int w0 = model.floats("c0_weight", {32, 32, 1, 1}, [] {
      Numbers eye(32 * 32);
      for (std::size_t i = 0; i < 32; ++i) eye[33 * i] = 1;
      return eye;
    }());
    const int c0 = model.op("Convolution", "c0", {0, w0},
                            {{"kernel", "(1, 1)"}, {"num_filter", "32"}, {"no_bias", "True"}});
    const int a = model.op("QActivation", "a", {c0}, {{"act_bit", "1"}, {"backward_only", "True"}});
    const int w = model.array("q_weight", mxnet_record(MxnetRecord::v0, {count}, type, words));
    MxnetModel::Attributes attributes = {{"act_bit", "1"},
                                         {"kernel", "(1, 1)"},
                                         {"num_filter", "2"},
                                         {"binarized_weights_only", "True"}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    model.op("QConvolution", "q", {a, w}, attributes);
    return model;
  };
  const std::string words = raw(std::vector<std::uint32_t>{0xFFFFFFFF, 0x80000001});
  const MxnetModel model = with({}, 0, words, 2);
  CHECK(model.read().format == "mxnet, 1-bit weights");
  // 3 of 32 inputs are -1, among them channel 0. Second filter: channel 0 differs, 31 agrees, of
  // the 30 others with -1 two agree.
  CHECK(model.run({1, 32, 1, 1}, channels(3)) == Numbers{29, 3});
  CHECK(model.run({1, 32, 1, 1}, Numbers(32, 0)) == Numbers{32, 2});  // 0 is +1
  const Graph graph = model.read().graph;
  const auto& conv = find<Conv2d>(graph, "q");
  CHECK(conv.weight.type() == DType::i8);
  CHECK(conv.weight.shape() == Shape{2, 32, 1, 1});
  CHECK(is_binary(*conv.weight_grid));
  CHECK(conv.weight_grid->scale == Numbers{.5f});
  CHECK(conv.bias.data<float>()[0] == 16);

  // Padding is +1: at a corner of 1 pixel with 1 around it there is nothing but padding.
  const MxnetModel padded = with({{"pad", "(1, 1)"}}, 0, words, 2);
  const Numbers map = padded.run({1, 32, 1, 1}, channels(3));
  REQUIRE(map.size() == 18);
  CHECK(map[0] == 32);
  CHECK(map[4] == 29);
  CHECK(map[9] == 2);
  CHECK(map[13] == 3);
  CHECK(find<Pad>(padded.read().graph, "q.pad").value == 0);
}

TEST_CASE("BMXNet: words of 64 bits, words with axes, and weights that are still floats") {
  const auto with = [](int outputs, const std::string& record, bool packed) {
    MxnetModel model;
    const int gamma = model.floats("n_gamma", {64}, Numbers(64, 1));
    const int beta = model.floats("n_beta", {64}, Numbers(64, 0));
    const int variance = model.floats("n_var", {64}, Numbers(64, 1));
    const int n = model.op("BatchNorm", "n", {0, gamma, beta, beta, variance});
    const int w = model.array("q_weight", record);
    model.op("QConvolution", "q", {n, w},
             {{"kernel", "(1, 1)"},
              {"num_filter", std::to_string(outputs)},
              {"binarized_weights_only", packed ? "True" : "False"}});
    Numbers x(64, 1);
    x[0] = x[63] = -1;
    return model.run({1, 64, 1, 1}, x);
  };
  using enum MxnetRecord;
  // Channel 63 alone is -1 in the filter.
  const std::uint64_t word = ~(std::uint64_t{1} << 63);
  CHECK(with(1, mxnet_record(v0, {1}, 1, raw(word)), true) == Numbers{63});
  CHECK(with(1, mxnet_record(v2, {1, 1, 1, 1}, 1, raw(word)), true) == Numbers{63});
  CHECK(with(1, mxnet_record(v2, {1, 2, 1, 1}, 0, raw(word)), true) == Numbers{63});
  CHECK(with(1, mxnet_record(v2, {2}, 4, raw(word)), true) == Numbers{63});
  Numbers floats(64, 0);  // whose sign is +1
  floats[63] = -.01f;
  CHECK(with(1, mxnet_record(v2, {1, 64, 1, 1}, 0, raw(floats)), false) == Numbers{63});
}

TEST_CASE("BMXNet: a binary dense layer keeps its words by 32 inputs, then by output") {
  MxnetModel model;
  const int gamma = model.floats("n_gamma", {64}, Numbers(64, 1));
  const int beta = model.floats("n_beta", {64}, Numbers(64, 0));
  const int variance = model.floats("n_var", {64}, Numbers(64, 1));
  const int n = model.op("BatchNorm", "n", {0, gamma, beta, beta, variance});
  // Output 0 has +1 in its first 32 inputs, output 1 in its last 32, output 2 everywhere.
  const std::vector<std::uint32_t> words = {~0u, 0, ~0u, 0, ~0u, ~0u};
  const int w = model.array("f_weight", mxnet_record(MxnetRecord::v0, {6}, 0, raw(words)));
  SECTION("version 1") {
    model.op("QFullyConnected", "f", {n, w},
             {{"num_hidden", "3"}, {"binarized_weights_only", "True"}});
  }
  SECTION("version 1, with a bias") {
    const int b = model.floats("f_bias", {3}, {0, 0, 0});
    model.op("QFullyConnected", "f", {n, w, b},
             {{"num_hidden", "3"}, {"binarized_weights_only", "True"}, {"no_bias", "False"}});
  }
  SECTION("version 2") {
    model.op("BinaryInferenceFullyConnected", "f", {n, w}, {{"num_hidden", "3"}});
  }
  Numbers x(64, 1);
  std::fill_n(x.begin(), 10, -1.f);
  // 22 + 0 agree; 10 + 32; 54.
  CHECK(model.run({1, 64, 1, 1}, x) == Numbers{22, 42, 54});
}

TEST_CASE("BMXNet: layers that read the same signs share them") {
  MxnetModel model;
  const int gamma = model.floats("n_gamma", {32}, Numbers(32, 1));
  const int beta = model.floats("n_beta", {32}, Numbers(32, 0));
  const int variance = model.floats("n_var", {32}, Numbers(32, 1));
  const int n = model.op("BatchNorm", "n", {0, gamma, beta, beta, variance});
  std::vector<int> sums;
  for (const char* name : {"a", "b", "c"}) {
    const int w = model.array(name + std::string("_weight"),
                              mxnet_record(MxnetRecord::v2, {1, 1, 1, 1}, 0, raw(~0u)));
    const std::string pad = name[0] == 'c' ? "(1, 1)" : "(0, 0)";
    const std::string stride = name[0] == 'c' ? "(2, 2)" : "(1, 1)";
    sums.push_back(
        model.op("BinaryInferenceConvolution", name, {n, w},
                 {{"kernel", "(1, 1)"}, {"num_filter", "1"}, {"pad", pad}, {"stride", stride}}));
  }
  const int ab = model.op("elemwise_add", "ab", {sums[0], sums[1]});
  model.op("Concat", "all", {ab, sums[2]});
  const Graph graph = model.read().graph;
  const auto count = [&](auto of) {
    return std::ranges::count_if(graph.nodes, [&](const Node& node) {
      return std::holds_alternative<decltype(of)>(node.op);
    });
  };
  CHECK(count(FakeQuantize{}) == 2);  // one for the layers without padding, one behind it
  CHECK(count(Pad{}) == 1);
}

TEST_CASE("BMXNet: an activation of one bit is a sign") {
  CHECK(run_one("QActivation", {{"act_bit", "1"}}, {1, 1, 1, 3}, {-3, 0, 2}) == Numbers{-1, 1, 1});
  CHECK(run_one("det_sign", {}, {1, 1, 1, 3}, {-3, 0, 2}) == Numbers{-1, 1, 1});
  CHECK(run_one("QActivation", {{"backward_only", "True"}}, {1, 1, 1, 2}, {-3, 2}) ==
        Numbers{-3, 2});
}

TEST_CASE("MXNet: a network lies in two files, either of which names it") {
  const testing::TemporaryFolder folder;
  MxnetModel model;
  model.op("relu", "r", {plain(model)});
  const std::string stem = folder.path() / "net-v1.5";
  const auto write = [](const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  };
  const std::string symbol = stem + "-symbol.json", params = stem + "-0007.params";
  write(symbol, model.symbol());
  CHECK_THROWS_WITH(load_network(symbol), Contains(stem + "-0000.params (of any epoch) should"));
  write(params, model.params());
  write(folder.path() / "net-0001.params", "another network's");
  for (const std::string& path : {symbol, params}) {
    const LoadedNetwork network = load_network(path);
    CHECK(network.format == "mxnet");
    CHECK(network.files == std::vector{params, symbol});
  }
  const std::string later = stem + "-0008.params";
  write(later, model.params());
  CHECK(load_network(later).files[0] == later);
  try {
    load_network(symbol);
    FAIL("took one of two epochs");
  } catch (const Error& error) {
    CHECK(error.fault() == Fault::usage);
    CHECK_THAT(error.what(), Contains(params) && Contains(later));
  }
  std::filesystem::remove(symbol);
  CHECK_THROWS_WITH(load_network(params), Contains("net-v1.5-symbol.json should lie beside it"));
}

}  // namespace
}  // namespace bench
