// Presets that make a float network binary.
#include "bench/recipe_fields.h"
#include "bench/recipe_parts.h"

namespace bench {
namespace {

using Kind = NodeFilter::Kind;
using Position = NodeFilter::Position;
using Scale = BinaryScheme::Scale;
using Output = BinaryScheme::Output;
using PaddingValue = BinaryScheme::Padding;
using Rules = std::vector<BinarizeRule>;

// Document 4's layers as its accuracies were computed.
constexpr BinaryScheme weights_only{.input = BinaryScheme::Input::real,
                                    .scale = Scale::mean_abs,
                                    .padding = PaddingValue::minus_one};
constexpr BinaryScheme dense_weights_only{.input = BinaryScheme::Input::real,
                                          .scale = Scale::none,
                                          .output = Output::half,
                                          .padding = PaddingValue::minus_one};
// The same as they were converted and timed.
constexpr BinaryScheme popcounts{
    .scale = Scale::none, .output = Output::popcount, .padding = PaddingValue::minus_one};

constexpr Entry<PaddingValue> paddings[] = {
    {"minus-one", "", PaddingValue::minus_one},
    {"plus-one", "", PaddingValue::plus_one},
    {"zero", "", PaddingValue::zero},
};
constexpr Entry<BinaryScheme::Input> inputs[] = {
    {"sign", "", BinaryScheme::Input::sign},
    {"real", "", BinaryScheme::Input::real},
};

// The entry a preset's option names.
template <class List, class Value>
void choose(JsonFields& from, const char* key, const List& list, Value& value) {
  for (const auto& entry : list) {
    if (entry.make != value) continue;
    value = find(list, key, from.text_or(key, std::string(entry.name))).make;
    return;
  }
}

// "conv2_*+fc6": patterns.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('+', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Batch norms behind binary layers stay; those behind layers in float go into them.
std::vector<Pass> passes_of(Rules rules) {
  return {pass::Binarize{std::move(rules)}, pass::FoldBatchNorm{}};
}

// `convolution`, and `linear` for dense layers, for the layers that the options choose.
std::vector<Pass> on_chosen_layers(JsonFields& from, BinaryScheme convolution,
                                   BinaryScheme linear) {
  choose(from, "padding", paddings, convolution.padding);
  linear.padding = convolution.padding;
  convolution.keeps_bias = from.boolean_or("bias", convolution.keeps_bias);
  linear.keeps_bias = convolution.keeps_bias;
  Rules rules;
  for (const std::string& name : split(from.text_or("layers", "*"))) {
    rules.push_back({{.name = name}, convolution});
    if (linear != convolution) rules.push_back({{.kind = Kind::linear, .name = name}, linear});
  }
  if (!from.boolean_or("first_last", false)) {
    rules.push_back({{.position = Position::first}, {}});
    rules.push_back({{.position = Position::tail}, {}});
  }
  return passes_of(std::move(rules));
}

std::vector<Pass> binary_weight(JsonFields& from) {
  return on_chosen_layers(from, weights_only, dense_weights_only);
}

std::vector<Pass> xnor(JsonFields& from) {
  const BinaryScheme scheme{.scale = Scale::mean_abs, .padding = PaddingValue::plus_one};
  return on_chosen_layers(from, scheme, scheme);
}

std::vector<Pass> xnor_net(JsonFields& from) {
  const BinaryScheme scheme{.scale = Scale::xnor_net, .keeps_bias = true};
  return on_chosen_layers(from, scheme, scheme);
}

std::vector<Pass> learned_scales(JsonFields& from) {
  BinaryScheme scheme{.scale = Scale::learned, .keeps_bias = true};
  choose(from, "input", inputs, scheme.input);
  return on_chosen_layers(from, scheme, scheme);
}

std::vector<Pass> popcount(JsonFields& from) {
  return on_chosen_layers(from, popcounts, popcounts);
}

// Convolutions are counted from conv1_1, which is number 1 and never binary.
std::vector<Pass> binary_steps(JsonFields& from) {
  constexpr int last_convolution[] = {4, 7, 10, 13, 13};
  const std::int64_t step = from.integer_or("step", 5);
  if (step < 1 || step > 5) from.fail("step", "expected 1 to 5");
  const bool timed = from.boolean_or("timed", false);
  const NodeFilter::Numbers numbers{2, last_convolution[step - 1]};
  Rules rules{{{.kind = Kind::convolution, .numbers = numbers}, timed ? popcounts : weights_only}};
  if (step == 5) {
    rules.push_back({{.kind = Kind::linear, .numbers = NodeFilter::Numbers{1, 1}},
                     timed ? popcounts : dense_weights_only});
  }
  return passes_of(std::move(rules));
}

constexpr Preset presets[] = {
    {"binary-steps",
     "document 4's steps 1 to 5 over a VGG16, each with those before it: convolutions 2 to 4, to "
     "7, to 10, to 13, then fc6; layers as in binary-weight, or (timed=true) as in popcount",
     "step=5 timed=false", binary_steps},
    {"binary-weight",
     "document 4 as evaluated (BMXNet v2): real inputs, sign(w) times the mean of |w|, padded by "
     "-1, without biases; dense layers x sign(W) / 2",
     "padding=minus-one bias=false first_last=false layers=*", binary_weight},
    {"learned-scales",
     "signs with one scale for each output channel, fitted to the float network's results on "
     "images (XNOR-Net++, Bulat and Tzimiropoulos 2019, trains them)",
     "input=sign padding=zero bias=true first_last=false layers=*", learned_scales},
    {"popcount",
     "document 4 as converted and timed: signs times signs, results are numbers of equal bits, "
     "without scales and biases",
     "padding=minus-one bias=false first_last=false layers=*", popcount},
    {"xnor",
     "signs (BMXNet's det_sign) times signs times the mean of |w|; padded as in BMXNet v1, whose "
     "zeros become +1",
     "padding=plus-one bias=false first_last=false layers=*", xnor},
    {"xnor-net",
     "the same, times the mean of |x| under the kernel, for each pixel (Rastegari et al. 2016)",
     "padding=zero bias=true first_last=false layers=*", xnor_net},
};

}  // namespace

std::span<const Preset> binary_presets() { return presets; }

}  // namespace bench
