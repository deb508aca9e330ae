// Damaged and hostile MXNet files: each gets one clear error.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>

#include "models/error.h"
#include "models/formats/mxnet_symbol.h"
#include "models/formats/mxnet_testing.h"
#include "models/formats/read_file.h"
#include "models/testing.h"

namespace bench {
namespace {

using testing::mxnet_record;
using testing::MxnetModel;
using testing::MxnetRecord;
using testing::raw;
using Numbers = std::vector<float>;
using Catch::Matchers::Contains;

template <class Step>
void require_error(Fault fault, const std::string& why, Step step) {
  try {
    step();
    FAIL("accepted; should say: " << why);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains(why));
    CHECK(error.fault() == fault);
  }
}

void bad_list(const std::string& bytes, const std::string& why) {
  require_error(Fault::bad_data, why, [&] { parse_mxnet_params(bytes); });
}
void bad_symbol(const std::string& text, const std::string& why) {
  require_error(Fault::bad_data, why, [&] { parse_mxnet_symbol(text); });
}
void bad(const MxnetModel& model, const std::string& why) {
  require_error(Fault::bad_data, why, [&] { model.read(); });
}
void unsupported(const MxnetModel& model, const std::string& why) {
  require_error(Fault::unsupported, why, [&] { model.read(); });
}

std::string u64(std::uint64_t value) { return raw(value); }
std::string u32(std::uint32_t value) { return raw(value); }

/// A list of one record and the name "arg:w" behind it.
std::string list_of(const std::string& record) { return testing::mxnet_list({{"arg:w", record}}); }

TEST_CASE("MXNet: lists of arrays that cannot be") {
  const std::string head = u64(0x112) + u64(0);
  bad_list("", "the list at offset 0 needs 8 bytes; 0 are left");
  bad_list(u64(0x113) + u64(0), "no list of MXNet arrays");
  bad_list(u64(0x112) + u64(1), "no list of MXNet arrays");
  bad_list(head + u64(~std::uint64_t{0}) + "....", "promises 18446744073709551615 arrays; 4 bytes");
  bad_list(head + u64(2) + u64(0), "array 0 at offset 24: has no shape");
  bad_list(head + u64(0) + u64(1), "has 0 arrays and 1 names");
  bad_list(head + u64(0) + u64(0) + ".", "1 bytes are left behind the last name");
  const std::string one = mxnet_record(MxnetRecord::v0, {1}, 0, raw(1.f));
  bad_list(head + u64(1) + one + u64(1) + u64(1 << 20), "a name of 1048576 bytes");
  bad_list(head + u64(1) + one + u64(1) + u64(9) + "arg:", "a name at offset 64 needs 9 bytes");
  bad_list(testing::mxnet_list({{"w", one}}), "named 'w', neither arg: nor aux:");
  bad_list(testing::mxnet_list({{"arg:w", one}, {"aux:w", one}}), "two arrays named 'w'");
}

TEST_CASE("MXNet: records that cannot be") {
  using enum MxnetRecord;
  bad_list(list_of(u32(1'000'000)), "starts with 1000000, neither a version");
  bad_list(list_of(u32(0xF993FAC7)), "neither a version");
  bad_list(list_of(mxnet_record(v0, {0}, 0, "")), "an axis of 0");
  bad_list(list_of(mxnet_record(v2, {-4}, 0, "")), "an axis of -4");
  bad_list(list_of(mxnet_record(v2, {}, 0, "")), "has no shape");
  bad_list(list_of(u32(0xF993FACA) + u32(0) + u32(~0u)), "starts with 4294967295");
  const std::int64_t large = std::int64_t{1} << 32;
  bad_list(list_of(mxnet_record(v2, {large, large}, 0, "")), "4294967296x4294967296 does not fit");
  bad_list(list_of(mxnet_record(v2, {large, large, 4}, 0, "")), "does not fit into the");
  bad_list(list_of(mxnet_record(v0, {65536, 65536}, 1, "")), "65536x65536 does not fit");
  bad_list(list_of(mxnet_record(v2, {INT64_MAX}, 3, "")), "does not fit");
  bad_list(u64(0x112) + u64(0) + u64(1) + mxnet_record(v1, {3}, 0, raw(Numbers{1, 2})),
           "array 0 at offset 24: of shape 3 does not fit into the 8 bytes left");
  const auto sparse = [](std::int32_t storage) { return u32(0xF993FAC9) + raw(storage); };
  require_error(Fault::unsupported, "array 0 at offset 24: is kept as sparse rows",
                [&] { parse_mxnet_params(list_of(sparse(1))); });
  require_error(Fault::unsupported, "sparse matrix",
                [&] { parse_mxnet_params(list_of(sparse(2))); });
  bad_list(list_of(sparse(-7)), "the storage type -7");
  require_error(Fault::unsupported, "elements of type 7",
                [&] { parse_mxnet_params(list_of(mxnet_record(v2, {1}, 7, "........"))); });
}

TEST_CASE("MXNet: symbols that cannot be") {
  bad_symbol("", "is no JSON at byte");
  bad_symbol("{\"nodes\": [", "is no JSON at byte");
  bad_symbol("[1]", "is no MXNet symbol");
  bad_symbol("{}", "has no list 'nodes'");
  bad_symbol("{\"nodes\": {}}", "has no list 'nodes'");
  bad_symbol("{\"nodes\": []}", "has no list 'arg_nodes'");
  bad_symbol("{\"nodes\": [], \"arg_nodes\": []}", "has no list 'heads'");
  bad_symbol("{\"nodes\": [], \"arg_nodes\": [], \"heads\": []}", "heads: names no result");
  bad_symbol("{\"nodes\": [], \"nodes\": []}", "the key 'nodes' twice");
  bad_symbol(std::string(100'000, '['), "nested deeper than 16");
  bad_symbol("{\"a\": " + std::string(100'000, '{'), "is no JSON");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  bad_symbol(deep, "nested deeper than 16");
  std::string many = "{\"nodes\": [0";
  for (int i = 0; i < 1'100'000; ++i) many += ",0";
  bad_symbol(many + "]}", "more than 1000000 values");
  many = "{\"nodes\": [0";
  for (int i = 0; i < 100'000; ++i) many += ",0";
  bad_symbol(many + "]}", "has 100001 nodes");
  bad_symbol("{\"nodes\": [\"\xff\"]}", "is no JSON at byte");

  const auto node = [](const std::string& fields) {
    return "{\"nodes\": [{" + fields + "}], \"arg_nodes\": [0], \"heads\": [[0, 0, 0]]}";
  };
  const std::string data = "\"op\": \"null\", \"name\": \"data\"";
  CHECK(parse_mxnet_symbol(node(data + ", \"inputs\": []")).nodes.size() == 1);
  bad_symbol(node("\"op\": 3"), "node number 0: its 'op' is no text");
  bad_symbol(node("\"op\": \"null\""), "its 'name' is no text");
  bad_symbol(node(data), "node 'data' (null): has no list 'inputs'");
  bad_symbol(node(data + ", \"inputs\": [[0, 0, 0]]"), "reads node number 0, which does not come");
  bad_symbol(node(data + ", \"inputs\": [[1000000000, 0, 0]]"), "reads node number 1000000000");
  bad_symbol(node(data + ", \"inputs\": [[-1, 0, 0]]"), "no number of a node");
  bad_symbol(node(data + ", \"inputs\": [[1e9, 0, 0]]"), "no number of a node");
  bad_symbol(node(data + ", \"inputs\": [[0]]"), "an entry of no node");
  bad_symbol(node(data + ", \"inputs\": [\"a\"]"), "an entry of no node");
  bad_symbol(node(data + ", \"inputs\": [], \"attrs\": 1"), "its 'attrs' is no object");
  bad_symbol(node(data + ", \"inputs\": [], \"attrs\": {\"k\": 1}"), "attribute 'k' is no text");
  bad_symbol(node(data + ", \"inputs\": [], \"attr\": {\"k\": \"1\"}, \"attrs\": {\"k\": \"2\"}"),
             "attribute 'k' has two values");
  const std::string ends = "{\"nodes\": [{" + data + ", \"inputs\": []}], \"arg_nodes\": ";
  bad_symbol(ends + "[1], \"heads\": [[0, 0, 0]]}", "arg_nodes: lists node number 1 as a variable");
  bad_symbol(ends + "[0], \"heads\": [[1, 0, 0]]}", "heads: reads node number 1");
}

/// A 1x1 convolution with `attributes` besides its own.
MxnetModel convolution(const MxnetModel::Attributes& attributes, const Shape& shape = {1, 1, 1, 1},
                       const Numbers& weight = {1}) {
  MxnetModel model;
  const int w = model.floats("c_weight", shape, weight);
  model.op("Convolution", "c", {0, w}, attributes);
  return model;
}

MxnetModel::Attributes with(const char* key, const std::string& value) {
  MxnetModel::Attributes all = {{"kernel", "(1, 1)"}, {"num_filter", "1"}, {"no_bias", "True"}};
  std::erase_if(all, [&](const auto& attribute) { return attribute.first == key; });
  all.emplace_back(key, value);
  return all;
}

TEST_CASE("MXNet: attributes that cannot be") {
  CHECK(convolution(with("pad", "(0, 0)")).read().graph.nodes.size() == 2);
  const std::string node = "net-symbol.json: node 'c' (Convolution): ";
  bad(convolution(with("kernel", "(a, b)")), node + "attribute 'kernel': 'a' is no number");
  bad(convolution(with("kernel", "(3, 3)")),
      "array 'c_weight' has shape 1x1x1x1; the node takes 1x1x3x3");
  bad(convolution(with("kernel", "")), "attribute 'kernel'");
  bad(convolution(with("kernel", "(99999999999, 1)")), "'99999999999' is beyond 2^31");
  bad(convolution(with("kernel", "()")), "has no attribute 'kernel'");
  unsupported(convolution(with("kernel", "(1,)")), "attribute 'kernel' has 1 sizes");
  bad(convolution(with("stride", "(0, 1)")), "attribute 'stride' has the size 0");
  bad(convolution(with("pad", "(-1, 1)")), "attribute 'pad' has the size -1");
  bad(convolution(with("dilate", "(2000000, 1)")), "attribute 'dilate' has the size 2000000");
  bad(convolution(with("num_filter", "1000000000")), "the node takes 1000000000x1x1x1");
  bad(convolution(with("num_filter", "0")), "attribute 'num_filter' is 0");
  bad(convolution(with("num_filter", "1.5")), "'1.5' is no number");
  bad(convolution(with("num_group", "2")), "1 filters do not divide into 2 groups");
  bad(convolution(with("no_bias", "maybe")), "'maybe' is neither True nor False");
  bad(convolution(with("no_bias", "False")), "has no input 2");
  unsupported(convolution(with("layout", "NHWC")), "attribute 'layout' is 'NHWC'; only 'NCHW'");
  unsupported(convolution(with("novelty", "7")), "attribute 'novelty' ('7') is not known");
  bad(convolution({{"kernel", "(1, 1)"}}), "has no attribute 'num_filter'");
  bad(convolution(with("pad", "(0, 0)"), {1}, {1}), "array 'c_weight' has shape 1");
}

TEST_CASE("MXNet: graphs that cannot be") {
  MxnetModel unknown;
  unknown.op("MultiBoxDetection", "m", {0});
  require_error(Fault::unsupported, "no layer says how many channels the input 'data' has",
                [&] { unknown.read(); });
  MxnetModel later = convolution(with("pad", "(0, 0)"));
  later.op("Correlation", "m", {2}, {});
  unsupported(later, "node 'm' (Correlation): is not supported");
  MxnetModel twice = convolution(with("pad", "(0, 0)"));
  twice.op("relu", "c", {2});
  bad(twice, "another node has the same name");
  MxnetModel computed = convolution(with("pad", "(0, 0)"));
  computed.op("Convolution", "d", {2, 2}, with("pad", "(0, 0)"));
  unsupported(computed, "node 'd' (Convolution): input 1 is computed by node 'c' (Convolution)");
  MxnetModel none = convolution(with("pad", "(0, 0)"));
  const int r = none.op("relu", "r", {});
  none.op("elemwise_add", "s", {2, r});
  bad(none, "node 'r' (relu): has no input 0");
  MxnetModel two;
  const int x = two.variable("x"), y = two.variable("y");
  two.op("elemwise_add", "s", {x, y});
  bad(two, "the variables 'x' and 'y' without arrays, and none is named 'data'");
  MxnetModel channels = convolution(with("pad", "(0, 0)"));
  const int w = channels.floats("d_weight", {1, 2, 1, 1}, {1, 1});
  channels.op("Convolution", "d", {2, w}, with("pad", "(0, 0)"));
  bad(channels, "node 'd' (Convolution): its arrays are for 2 channels; its input has 1");
  const MxnetModel whole = convolution(with("pad", "(0, 0)"));
  std::string symbol = whole.symbol();
  const std::string params = whole.params();
  symbol.replace(symbol.rfind("[[2, 0, 0]]"), 11, "[[2, 1, 0]]");
  require_error(Fault::unsupported, "heads: node 'c' (Convolution): result 1", [&] {
    read_mxnet(NamedBytes{"s", symbol}, NamedBytes{"p", params});
  });
}

TEST_CASE("MXNet: arrays that are missing, left over or not numbers") {
  MxnetModel missing = convolution(with("pad", "(0, 0)"));
  missing.arrays.clear();
  bad(missing, "node 'c' (Convolution): the file of arrays has no 'c_weight'");
  missing = convolution(with("pad", "(0, 0)"));
  const int w = missing.floats("d_weight", {1, 1, 1, 1}, {1});
  missing.op("Convolution", "d", {2, w}, with("pad", "(0, 0)"));
  missing.arrays.pop_back();
  bad(missing, "node 'd' (Convolution): the file of arrays has no 'd_weight'");
  MxnetModel over = convolution(with("pad", "(0, 0)"));
  over.arrays.emplace_back("aux:other", mxnet_record(MxnetRecord::v0, {1}, 0, raw(1.f)));
  bad(over, "array 'other' is no variable of the symbol");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  bad(convolution(with("pad", "(0, 0)"), {1, 1, 1, 1}, {nan}),
      "array 'c_weight': element 0 is not finite");

  const auto norm = [](float mean, float variance, const std::string& eps, std::int64_t n) {
    MxnetModel model;
    std::vector<int> inputs = {
        0, model.floats("gamma", {1}, {1}), model.floats("beta", {1}, {1}),
        model.floats("mean", {n}, Numbers(static_cast<std::size_t>(n), mean)),
        model.floats("var", {1}, {variance})};
    model.op("BatchNorm", "n", inputs, {{"eps", eps}});
    return model;
  };
  CHECK(norm(0, 1, "0.001", 1).read().graph.nodes.size() == 2);
  bad(norm(nan, 1, "0.001", 1), "node 'n' (BatchNorm): array 'mean': element 0 is not finite");
  bad(norm(0, INFINITY, "0.001", 1), "array 'var': element 0 is not finite");
  bad(norm(0, -1, "0.001", 1), "has a variance of -1");
  bad(norm(0, 0, "0", 1), "has a variance of 0");
  bad(norm(0, 1, "nan", 1), "attribute 'eps': 'nan' is not finite");
  bad(norm(0, 1, "small", 1), "'small' is no number");
  bad(norm(0, 1, "0.001", 2), "array 'mean': has shape 2; the node takes 1");
}

/// A binary convolution over 32 channels with packed weights of shape `words`.
MxnetModel binary(const Shape& words, const MxnetModel::Attributes& more = {}, int type = 0) {
  MxnetModel model;
  const int gamma = model.floats("n_gamma", {32}, Numbers(32, 1));
  const int beta = model.floats("n_beta", {32}, Numbers(32, 0));
  const int variance = model.floats("n_var", {32}, Numbers(32, 1));
  const int n = model.op("BatchNorm", "n", {0, gamma, beta, beta, variance});
  const std::size_t size = type == 0 ? 4 : type == 1 ? 8 : 1;
  const std::string bytes(static_cast<std::size_t>(count(words)) * size, '\x7f');
  const int w = model.array("q_weight", mxnet_record(MxnetRecord::v2, words, type, bytes));
  MxnetModel::Attributes attributes = {
      {"kernel", "(2, 2)"}, {"num_filter", "4"}, {"binarized_weights_only", "True"}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  model.op("QConvolution", "q", {n, w}, attributes);
  return model;
}

TEST_CASE("BMXNet: words that are not the layer's") {
  CHECK(binary({16}).read().format == "mxnet, 1-bit weights");
  CHECK(binary({4, 1, 2, 2}).read().format == "mxnet, 1-bit weights");
  bad(binary({15}), "node 'q' (QConvolution): array 'q_weight' has 15 words of 32 bits");
  bad(binary({20}), "array 'q_weight' has shape 20, which is not 4 filters of 2x2 in words of 32");
  bad(binary({32}), "its arrays are for 64 channels; its input has 32");
  bad(binary({4, 2, 2, 1}), "which is not 4 filters of 2x2");
  bad(binary({16}, {}, 1), "its arrays are for 64 channels");
  bad(binary({8}, {}, 1), "in words of 64 channels");
  bad(binary({16}, {}, 3), "words of packed signs have 32 or 64 bits, not 8");
}

TEST_CASE("BMXNet: other arithmetic than one bit's is refused by attribute") {
  unsupported(binary({16}, {{"act_bit", "2"}}), "attribute 'act_bit' is '2'; only '1'");
  unsupported(binary({16}, {{"weight_bit", "4"}}), "attribute 'weight_bit' is '4'");
  unsupported(binary({16}, {{"scaling_factor", "True"}}), "attribute 'scaling_factor' is 'True'");
  unsupported(binary({16}, {{"scaling_mode", "forward"}}), "attribute 'scaling_mode' is 'forward'");
  unsupported(binary({16}, {{"num_group", "2"}}), "attribute 'num_group' is '2'");
  bad(binary({16}, {{"no_bias", "False"}}), "has no input 2");
  CHECK(binary({16}, {{"scaling_mode", "backward"}}).read().graph.nodes.size() == 4);
}

/// A small network that touches most of the reader.
MxnetModel specimen() {
  MxnetModel model = binary({4, 1, 2, 2}, {{"pad", "(1, 1)"}, {"stride", "(1, 1)"}});
  const int p = model.op("Pooling", "p", {6},  // behind data, three arrays, the norm, the words

                         {{"kernel", "(2, 2)"}, {"stride", "(2, 2)"}, {"pool_type", "avg"}});
  const int r = model.op("LeakyReLU", "r", {p}, {{"act_type", "leaky"}, {"slope", "0.1"}});
  const int c = model.op("Concat", "c", {p, r}, {{"dim", "1"}});
  const int u = model.op("_plus_scalar", "u", {c}, {{"scalar", "1.5"}});
  const int g = model.op("Pooling", "g", {u}, {{"global_pool", "True"}, {"kernel", "(1, 1)"}});
  const int f = model.op("Flatten", "f", {g});
  const int w = model.floats("d_weight", {3, 8}, Numbers(24, .5f));
  const int b = model.floats("d_bias", {3}, Numbers(3, 1));
  const int d = model.op("FullyConnected", "d", {f, w, b}, {{"num_hidden", "3"}});
  model.op("SoftmaxOutput", "s", {d, model.variable("s_label")});
  return model;
}

/// Whether these are a network. Anything but an Error ends the test.
bool reads(const std::string& symbol, const std::string& params, const Shape& input) {
  try {
    infer_shapes(read_mxnet(NamedBytes{"specimen", symbol}, NamedBytes{"specimen", params}).graph,
                 input);
    return true;
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::StartsWith("specimen: ") || Contains("node '"));
    return false;
  }
}

TEST_CASE("MXNet: files cut short or damaged give an Error or a network, nothing else") {
  const Shape input{1, 32, 6, 6};
  const std::string symbol = specimen().symbol(), params = specimen().params();
  REQUIRE(reads(symbol, params, input));
  for (std::size_t length = 0; length < params.size(); ++length) {
    CHECK_FALSE(reads(symbol, params.substr(0, length), input));
  }
  for (std::size_t length = 0; length < symbol.size(); ++length) {
    CHECK_FALSE(reads(symbol.substr(0, length), params, input));
  }
  std::mt19937 random(1);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = symbol, bytes = params;
    const int flips = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < flips; ++i) {
      if (random() % 2 == 0) {
        bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
      } else {
        constexpr std::string_view letters = "0123456789-,()[]{}\" ex";
        text[random() % text.size()] = letters[random() % letters.size()];
      }
    }
    accepted += reads(text, bytes, input);
  }
  CHECK(accepted > 1000);
}

TEST_CASE("MXNet: a small file cannot unfold into a large network") {
  // 3,000 layers that all read the same 40,000 numbers.
  MxnetModel model;
  const int w = model.floats("w", {200, 200, 1, 1}, Numbers(40'000, 1));
  int x = 0;
  for (int i = 0; i < 3000; ++i) {
    x = model.op("Convolution", "c" + std::to_string(i), {x, w},
                 {{"kernel", "(1, 1)"}, {"num_filter", "200"}, {"no_bias", "True"}});
  }
  bad(model, "arrays are shared until they are many times the file's size");
}

TEST_CASE("BMXNet: real files cut short or damaged") {
  const auto folder = testing::real_data("voc_imagenet/models/mxnet_bmxnet");
  if (!folder) return;
  const std::string symbol = read_file(*folder + "/binarized_mnist_32bit-symbol.json", 1 << 20);
  const std::string params = read_file(*folder + "/binarized_mnist_32bit-0001.params", 1 << 20);
  const Shape input{1, 1, 28, 28};
  REQUIRE(reads(symbol, params, input));
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    CHECK_FALSE(reads(symbol, params.substr(0, random() % params.size()), input));
    CHECK_FALSE(reads(symbol.substr(0, random() % (symbol.size() - 1)), params, input));
  }
  for (int round = 0; round < 200; ++round) {
    std::string bytes = params;  // names lie at the end, the list and its first record in front
    for (int i = 0; i < 3; ++i)
      bytes[bytes.size() - 1 - random() % 600] = static_cast<char>(random());
    reads(symbol, bytes, input);
    bytes = params;
    bytes[random() % 48] = static_cast<char>(random());
    reads(symbol, bytes, input);
  }
}

TEST_CASE("MXNet: files are known by what they hold") {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() / "network.onnx";
  std::ofstream(path, std::ios::binary) << u64(0x112) + u64(0);
  require_error(Fault::missing, "network-symbol.json should lie beside it",
                [&] { load_network(path); });
  std::ofstream(path, std::ios::binary) << "{\n \"nodes\": []";
  require_error(Fault::missing, "should lie beside it", [&] { load_network(path); });
}

}  // namespace
}  // namespace bench
