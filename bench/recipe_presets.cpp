#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "bench/files.h"
#include "bench/recipe.h"
#include "bench/recipe_parts.h"
#include "models/error.h"

namespace bench {
namespace {

using Form = Scheme::Form;
using Kind = NodeFilter::Kind;
using Position = NodeFilter::Position;
using Rule = pass::Calibrate::Rule;
using Rules = std::vector<QuantizeRule>;

constexpr Scheme symmetric{};
constexpr Scheme offset{.form = Form::offset, .is_signed = false, .narrow = false};
constexpr Scheme affine{.form = Form::affine, .is_signed = false, .narrow = false};

Scheme of_bits(Scheme scheme, int bits) {
  scheme.bits = bits;
  return scheme;
}

Scheme rounded(Scheme scheme, Rounding rounding) {
  scheme.rounding = rounding;
  return scheme;
}

int bits_or(JsonFields& from, const char* key, int otherwise, int least = 1, int most = 16) {
  const std::int64_t bits = from.integer_or(key, otherwise);
  if (bits < least || bits > most) {
    from.fail(key, fmt::format("expected {} to {}", least, most));
  }
  return static_cast<int>(bits);
}

// `mse`: the grid whose error is to be least.
pass::Calibrate calibrate_or(JsonFields& from, const char* key, Rule otherwise, const Scheme& mse) {
  pass::Calibrate pass;
  pass.rule = otherwise;
  pass.grid = mse;
  std::string name;
  for (const auto& [known, rule] : calibration_rules) {
    if (rule == otherwise) name = known;
  }
  name = from.text_or(key, name);
  pass.rule = calibration_rule(name);
  return pass;
}

// Grids that a scheme for all tensors does not decide by itself: what keeps the grid it reads, and
// what always has the same range.
void add_fixed(Rules& rules, const Scheme& scheme, bool pools_keep) {
  const auto keep = [&](Kind kind) {
    rules.push_back({{.kind = kind}, {.output = GridOfInput{}}});
  };
  const auto fix = [&](Kind kind, Range range) {
    Scheme fixed = scheme;
    fixed.range = range;
    rules.push_back({{.kind = kind}, {.output = fixed}});
  };
  keep(Kind::linear_resize);
  if (pools_keep) keep(Kind::average_pool);
  const float last = 1 - std::ldexp(1.0f, -scheme.bits);
  fix(Kind::softmax, {0, last});
  fix(Kind::sigmoid, {0, last});
  fix(Kind::tanh, {-1, 1 - std::ldexp(1.0f, 1 - scheme.bits)});
}

void leave_in_float(Rules& rules, NodeFilter which) { rules.push_back({std::move(which), {}}); }

std::vector<Pass> max127(const Rules& more) {
  Rules rules{{{}, {.weight = symmetric, .input = DynamicGrid{}}}};
  rules.insert(rules.end(), more.begin(), more.end());
  return {pass::Quantize{rules}};
}

std::vector<Pass> max127_dynamic(JsonFields&) { return max127({}); }

std::vector<Pass> max127_dynamic_float_depthwise(JsonFields&) {
  return max127({{{.kind = Kind::depthwise}, {}}});
}

// Document 5's quantisers stand before layers, additions, concatenations, means and resizing.
Rules dfq_edges(const Scheme& activation) {
  Rules rules;
  for (const Kind kind : {Kind::add, Kind::concat, Kind::mean, Kind::average_pool, Kind::resize}) {
    rules.push_back({{.kind = kind}, {.input = activation}});
  }
  rules.push_back({{.kind = Kind::layer}, {.input = activation}});
  return rules;
}

// The same and every result, so that nothing between is left in float. As TFLite does it: averages
// keep the grid they read, and leaky ReLUs are not part of layers.
Rules everywhere(const Scheme& activation, bool as_tflite) {
  Rules rules{{{.kind = Kind::any}, {.output = activation}}};
  add_fixed(rules, activation, as_tflite);
  rules.push_back(
      {{.kind = Kind::layer}, {.output = activation, .output_behind_slope = !as_tflite}});
  return rules;
}

BiasScheme dfq_bias(JsonFields& from, const Scheme& weight, bool zero_on_grid) {
  const std::int64_t bits = from.integer_or("bias_bits", 8);
  if (bits == 8 || bits == 16) return of_bits(weight, static_cast<int>(bits));
  // 32 bits between minimum and maximum are no less than float has.
  if (bits == 32 && zero_on_grid) return AtSumScale{};
  if (bits == 0 || bits == 32) return std::monostate{};
  from.fail("bias_bits", "expected 8, 16, 32, or 0 for float");
}

std::vector<Pass> dfq(JsonFields& from) {
  const bool is_symmetric = from.boolean_or("symmetric", false);
  const bool zero = from.boolean_or("zero_on_grid", false);
  const int bits = bits_or(from, "bits", 8);
  const Scheme scheme = of_bits(is_symmetric ? symmetric : zero ? affine : offset, bits);
  std::vector<Pass> passes{pass::FoldBatchNorm{}};
  if (from.boolean_or("relu", true)) passes.push_back(pass::ReplaceRelu6{});
  if (from.boolean_or("equalize", true)) {
    pass::Equalize equalize;
    equalize.options.range = is_symmetric ? WeightRange::magnitude : WeightRange::spread;
    equalize.options.through_pools = from.boolean_or("through_pools", false);
    equalize.options.tolerance = from.number_or("tolerance", equalize.options.tolerance);
    passes.push_back(equalize);
  }
  if (from.boolean_or("absorb", false)) passes.push_back(pass::AbsorbBias{});
  if (const double clip = from.number_or("clip", 0); clip > 0) {
    passes.push_back(pass::ClipWeights{-clip, clip});
  }
  pass::Calibrate calibrate = calibrate_or(from, "ranges", Rule::document, scheme);
  calibrate.sigmas = from.number_or("sigmas", calibrate.sigmas);
  passes.push_back(calibrate);
  passes.push_back(pass::Quantize{{{{}, {.weight = scheme}}}});
  if (from.boolean_or("correct_bias", false)) passes.push_back(pass::CorrectBias{});
  if (from.boolean_or("correct_bias_on_data", false)) passes.push_back(pass::CorrectBiasOnData{});
  Rules rules = zero ? everywhere(scheme, false) : dfq_edges(scheme);
  rules.back().scheme.bias = dfq_bias(from, scheme, zero || is_symmetric);
  passes.push_back(pass::Quantize{rules});
  return passes;
}

void keep_first_and_last(Rules& rules, JsonFields& from) {
  if (from.boolean_or("first_last", true)) return;
  leave_in_float(rules, {.position = NodeFilter::Position::first});
  leave_in_float(rules, {.position = NodeFilter::Position::last});
}

std::vector<Pass> nbit_integer(JsonFields& from, int n) {
  Rules rules = everywhere(of_bits(affine, n), false);
  rules.back().scheme.weight = of_bits(affine, n);
  rules.back().scheme.bias = AtSumScale{};
  rules.push_back(
      {{.kind = Kind::input}, {.output = of_bits(affine, bits_or(from, "input_bits", 8))}});
  keep_first_and_last(rules, from);
  return {pass::FoldBatchNorm{}, calibrate_or(from, "rule", Rule::max, of_bits(affine, n)),
          pass::Quantize{rules}};
}

std::vector<Pass> nbit(JsonFields& from) {
  const int n = bits_or(from, "n", 8);
  if (from.boolean_or("integer", false)) return nbit_integer(from, n);
  const DynamicGrid dynamic{.range = DynamicGrid::Range::extremes, .bits = n};
  Rules rules{{{.kind = Kind::activation}, {.output = dynamic}},
              {{}, {.weight = of_bits(offset, n)}}};
  if (from.boolean_or("quantize_input", false)) rules.back().scheme.input = dynamic;
  keep_first_and_last(rules, from);
  std::vector<Pass> passes;
  if (from.boolean_or("round_gamma", true)) passes.push_back(pass::RoundBatchNorm{});
  if (from.boolean_or("cap_at_power", true)) passes.push_back(pass::ReplaceRelu6{std::exp2(n)});
  passes.push_back(pass::Quantize{rules});
  return passes;
}

std::vector<Pass> tf_qat(JsonFields& from) {
  const Scheme activation = rounded(affine, Rounding::half_up);
  Scheme weight = activation;
  weight.narrow = true;
  Rules rules{{{.kind = Kind::add}, {.output = activation}},
              {{}, {.weight = weight, .output = activation}}};
  if (from.boolean_or("quantize_input", false)) {
    rules.push_back({{.kind = Kind::input}, {.output = activation}});
  }
  pass::Calibrate calibrate = calibrate_or(from, "rule", Rule::moving_average, activation);
  calibrate.decay = from.number_or("decay", calibrate.decay);
  return {pass::FoldBatchNorm{}, calibrate, pass::Quantize{rules}};
}

// By the names that models/zoo/dsfd_vgg16.h gives its layers. Which of them document 1 quantised
// follows from the sizes of its files: all of the backbone, or all but the first.
std::vector<Pass> dsfd(JsonFields& from) {
  const Scheme activation = rounded(affine, Rounding::half_up);
  NodeScheme layer{.weight = activation};
  layer.weight->narrow = true;
  const bool activations = from.boolean_or("activations", true);
  if (activations) layer.output = activation;
  Rules rules;
  for (const char* name : {"vgg_16/*", "fc6", "fc7", "extra/*"}) {
    rules.push_back({{.name = name}, layer});
  }
  if (!from.boolean_or("first", false)) leave_in_float(rules, {.position = Position::first});
  pass::Calibrate calibrate = calibrate_or(from, "rule", Rule::moving_average, activation);
  calibrate.decay = from.number_or("decay", calibrate.decay);
  if (!activations) return {pass::FoldBatchNorm{}, pass::Quantize{rules}};
  return {pass::FoldBatchNorm{}, calibrate, pass::Quantize{rules}};
}

std::vector<Pass> tflite(JsonFields& from) {
  Scheme activation = rounded(affine, Rounding::half_away);
  activation.is_signed = true;
  Rules rules = everywhere(activation, true);
  rules.back().scheme.weight = rounded(symmetric, Rounding::half_away);
  rules.back().scheme.weight_per_channel = from.boolean_or("per_channel", true);
  rules.back().scheme.bias = AtSumScale{Rounding::half_away};
  rules.push_back({{.kind = Kind::linear}, rules.back().scheme});
  rules.back().scheme.weight_per_channel = from.boolean_or("per_channel_linear", false);
  return {pass::FoldBatchNorm{}, calibrate_or(from, "rule", Rule::max, activation),
          pass::Quantize{rules}};
}

std::vector<Pass> ncnn(JsonFields& from) {
  const Scheme scheme = rounded(symmetric, Rounding::half_away);
  NodeScheme layer{.weight = scheme, .input = scheme};
  layer.weight_per_channel = from.boolean_or("per_channel", true);
  return {pass::FoldBatchNorm{}, calibrate_or(from, "rule", Rule::kl, scheme),
          pass::Quantize{{{{}, layer}}}};
}

std::vector<Pass> int8(JsonFields& from) {
  Scheme activation = affine;
  if (from.boolean_or("symmetric", false)) {
    activation = symmetric;
    activation.unsigned_if_positive = true;
  }
  activation = of_bits(activation, bits_or(from, "activation_bits", 8));
  Rules rules = everywhere(activation, false);
  const bool float_tail = !from.boolean_or("integer_tail", false);
  const auto position = NodeFilter::Position::tail;
  if (float_tail) rules.insert(rules.end() - 1, {{.kind = Kind::any, .position = position}, {}});
  NodeScheme& layer = rules.back().scheme;
  layer.weight = of_bits(symmetric, bits_or(from, "weight_bits", 8, 2));
  layer.weight_per_channel = from.boolean_or("per_channel", true);
  layer.bias = AtSumScale{};
  if (float_tail) {
    rules.push_back({{.position = position}, rules.back().scheme});
    rules.back().scheme.output = {};
  }
  return {pass::FoldBatchNorm{}, calibrate_or(from, "rule", Rule::max, activation),
          pass::Quantize{rules}};
}

constexpr Preset quantizing_presets[] = {
    {"dfq",
     "document 5: offset grids before every layer, addition, concatenation, mean and resizing, "
     "without data; ranges=document, data-free or a calibration rule",
     "relu=true equalize=true through_pools=false tolerance=1e-09 absorb=false clip=0 "
     "correct_bias=false correct_bias_on_data=false bits=8 bias_bits=8 symmetric=false "
     "zero_on_grid=false ranges=document sigmas=6",
     dfq},
    {"dsfd",
     "document 1: convolutions of DSFD's backbone but the first as tf-qat has them, the rest in "
     "float; activations=false: their weights alone, as in its file",
     "first=false activations=true rule=moving-average decay=0.999", dsfd},
    {"int8",
     "static grids: weights symmetric per channel, activations from their minimum to their maximum "
     "(symmetric=true: with zero in the middle, unsigned where positive); what follows the last "
     "layers in float",
     "rule=max symmetric=false per_channel=true weight_bits=8 activation_bits=8 "
     "integer_tail=false",
     int8},
    {"max127-dynamic", "document 3: weights and layer inputs max|x|/127, the inputs' at run time",
     "", max127_dynamic},
    {"max127-dynamic-float-depthwise", "the same, depthwise convolutions in float", "",
     max127_dynamic_float_depthwise},
    {"nbit",
     "document 2: weights and ReLU results on offset grids of n bits, the latter at run time; "
     "integer=true: zero on the grid, calibrated, ReLU6 at 6",
     "n=8 round_gamma=true quantize_input=false cap_at_power=true first_last=true integer=false",
     nbit},
    {"ncnn", "weights 127/max, layer inputs symmetric from KL ranges, the rest in float",
     "per_channel=true rule=kl", ncnn},
    {"tf-qat",
     "TensorFlow's contrib.quantize: zero nudged onto the grid, narrow weights, half up, biases in "
     "float",
     "quantize_input=false rule=moving-average decay=0.999", tf_qat},
    {"tflite",
     "TFLite int8: weights symmetric per channel, all tensors asymmetric, biases of 32 bits; "
     "integers throughout",
     "per_channel=true per_channel_linear=false rule=max", tflite},
};

std::vector<Preset> presets() {
  std::vector<Preset> all(std::begin(quantizing_presets), std::end(quantizing_presets));
  const auto binary = binary_presets();
  all.insert(all.end(), binary.begin(), binary.end());
  return all;
}

// A name for files too.
std::string plain(std::string text) {
  const auto odd = [](unsigned char c) { return !std::isalnum(c) && c != '-' && c != '.'; };
  std::ranges::replace_if(text, odd, '-');
  return text;
}

// "bias_bits", 16 -> "bias16"; "correct_bias", true -> "correct-bias"; "rule", "kl" -> "kl".
std::string short_form(std::string key, const Json& value) {
  std::ranges::replace(key, '_', '-');
  if (const auto* flag = std::get_if<bool>(&value.value)) return *flag ? key : "no-" + key;
  if (const auto* text = std::get_if<std::string>(&value.value)) return plain(*text);
  if (key.ends_with("-bits")) key.resize(key.size() - 5);
  if (const auto* whole = std::get_if<std::int64_t>(&value.value))
    return fmt::format("{}{}", key, *whole);
  if (const auto* number = std::get_if<double>(&value.value))
    return fmt::format("{}{}", key, *number);
  return key;
}

Json value_of(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (std::from_chars(text.data(), end, whole).ptr == end && !text.empty()) return whole;
  double number = 0;
  if (std::from_chars(text.data(), end, number).ptr == end && !text.empty()) return number;
  return text;
}

// "dfq:bias_bits=16,relu=false" as {"preset": "dfq", "bias_bits": 16, "relu": false}.
JsonObject object_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  JsonObject object{{"preset", text.substr(0, colon)}};
  std::string rest = colon == text.npos ? "" : text.substr(colon + 1);
  while (!rest.empty()) {
    const std::string one = rest.substr(0, rest.find(','));
    rest.erase(0, one.size() + 1);
    const std::size_t equals = one.find('=');
    if (equals == one.npos) {
      throw Error(Fault::usage,
                  "--quantize " + text + ": expected option=value instead of '" + one + "'");
    }
    object.emplace_back(one.substr(0, equals), value_of(one.substr(equals + 1)));
  }
  return object;
}

}  // namespace

pass::Calibrate::Rule calibration_rule(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [text, rule] : calibration_rules) {
    if (text == name) return rule;
    known.emplace_back(text);
  }
  throw Error(Fault::usage, unknown_name("calibration rule", name, known));
}

Recipe preset_of(const Json& json, const std::string& file, const std::string& place) {
  JsonFields from(json, file, place);
  const Preset preset = find(presets(), "preset", from.text("preset"));
  Recipe recipe{std::string(preset.name), preset.make(from)};
  from.finish();
  for (const auto& [key, value] : std::get<JsonObject>(json.value)) {
    if (key != "preset") recipe.name += "-" + short_form(key, value);
  }
  return recipe;
}

Recipe parse_recipe(const std::string& text) {
  if (text == "none") return {};
  const bool slash = text.find('/') < text.find(':');  // options may have some, in names of layers
  const bool path = slash || text.ends_with(".json");
  if (path) {
    return recipe_of(parse_json(read_file(text), text), text, "",
                     std::filesystem::path(text).stem().string());
  }
  try {
    return preset_of(object_of(text), "--quantize " + text, "");
  } catch (const Error& error) {
    throw Error(Fault::usage, error.what());
  }
}

std::vector<RecipePart> recipe_presets() {
  std::vector<RecipePart> list;
  for (const Preset& one : presets()) {
    list.push_back({std::string(one.name), std::string(one.about), std::string(one.options)});
  }
  return list;
}

std::vector<RecipePart> recipe_passes() {
  std::vector<RecipePart> list;
  for (const NamedPass& one : named_passes) {
    list.push_back({std::string(one.name), std::string(one.about), std::string(one.options)});
  }
  return list;
}

}  // namespace bench
