#include "bench/recipe_fields.h"

namespace bench::recipe_fields {
namespace {

using Source = BinaryScheme::Input;
using Scale = BinaryScheme::Scale;
using Output = BinaryScheme::Output;
using PaddingValue = BinaryScheme::Padding;

constexpr std::pair<std::string_view, Source> inputs[] = {
    {"sign", Source::sign},
    {"real", Source::real},
};
constexpr std::pair<std::string_view, Scale> scales[] = {
    {"none", Scale::none},
    {"mean-abs", Scale::mean_abs},
    {"xnor-net", Scale::xnor_net},
    {"learned", Scale::learned},
};
constexpr std::pair<std::string_view, Output> outputs[] = {
    {"dot", Output::dot},
    {"popcount", Output::popcount},
    {"half", Output::half},
};
constexpr std::pair<std::string_view, PaddingValue> paddings[] = {
    {"minus-one", PaddingValue::minus_one},
    {"plus-one", PaddingValue::plus_one},
    {"zero", PaddingValue::zero},
};

template <class Io>
void scheme_fields(Io& io, BinaryScheme& v) {
  io.choice("input", v.input, Names<Source>(inputs));
  io.choice("scale", v.scale, Names<Scale>(scales));
  io.choice("output", v.output, Names<Output>(outputs));
  io.choice("padding", v.padding, Names<PaddingValue>(paddings));
  io.flag("bias", v.keeps_bias);
}

// {"conv1": [0.5, 2], ...}
LayerScales read_scales(JsonFields& from) {
  LayerScales read;
  const Json json = from.json("scales");
  const auto* object = std::get_if<JsonObject>(&json.value);
  if (!object) from.fail("scales", "expected an object of lists of numbers, by layer");
  JsonFields layers = from.object("scales");
  for (const auto& [layer, unused] : *object) {
    const auto numbers = layers.numbers_or_null(layer);
    if (!numbers) layers.fail(layer, "expected a list of numbers");
    for (const double x : *numbers) read[layer].push_back(static_cast<float>(x));
  }
  return read;
}

}  // namespace

void fields(Out& io, BinarizeRule& v) {
  io.group("which", v.which);
  io.flag("binary", v.scheme.has_value());
  if (v.scheme) scheme_fields(io, *v.scheme);
}

void fields(In& io, BinarizeRule& v) {
  io.group("which", v.which);
  bool binary = true;
  io.flag("binary", binary);
  if (binary) scheme_fields(io, v.scheme.emplace());
}

void fields(Out& io, pass::Binarize& v) {
  io.list("rules", v.rules);
  if (v.scales.empty()) return;
  JsonObject layers;
  for (const auto& [layer, scales] : v.scales) {
    JsonArray numbers;
    for (const float scale : scales) numbers.emplace_back(double{scale});
    layers.emplace_back(layer, std::move(numbers));
  }
  io.object.emplace_back("scales", std::move(layers));
}

void fields(In& io, pass::Binarize& v) {
  io.list("rules", v.rules);
  if (io.from.has("scales")) v.scales = read_scales(io.from);
}

}  // namespace bench::recipe_fields
