#include <algorithm>
#include <array>

#include "bench/recipe.h"
#include "bench/recipe_fields.h"
#include "bench/recipe_parts.h"
#include "models/error.h"
#include "models/registry.h"

namespace bench {
namespace recipe_fields {

constexpr std::pair<std::string_view, Rounding> roundings[] = {
    {"half-even", Rounding::half_even},
    {"half-up", Rounding::half_up},
    {"half-away", Rounding::half_away},
};

constexpr std::pair<std::string_view, WeightRange> weight_ranges[] = {
    {"spread", WeightRange::spread},
    {"magnitude", WeightRange::magnitude},
};

// Every form a grid may be asked for in.
enum class Form { symmetric, affine, offset, largest, extremes, grid_of_input, sum_scale };
constexpr std::pair<std::string_view, Form> forms[] = {
    {"symmetric", Form::symmetric},
    {"affine", Form::affine},
    {"offset", Form::offset},
    {"dynamic-largest", Form::largest},
    {"dynamic-extremes", Form::extremes},
    {"grid-of-input", Form::grid_of_input},
    {"sum-scale", Form::sum_scale},
};

// All but the form.
template <class Io>
void scheme_fields(Io& io, Scheme& v) {
  io.integer("bits", v.bits, 1, 16);
  io.flag("signed", v.is_signed);
  io.flag("narrow", v.narrow);
  io.flag("power_of_two", v.power_of_two);
  io.choice("rounding", v.rounding, Names<Rounding>(roundings));
  io.flag("unsigned_if_positive", v.unsigned_if_positive);
  io.range("range", v.range);
}

Form form_of(const Scheme& scheme) { return static_cast<Form>(static_cast<int>(scheme.form)); }
Form form_of(const DynamicGrid& grid) {
  return grid.range == DynamicGrid::Range::largest ? Form::largest : Form::extremes;
}
Form form_of(const GridOfInput&) { return Form::grid_of_input; }
Form form_of(const AtSumScale&) { return Form::sum_scale; }

template <class Io>
void fields_of_form(Io& io, Scheme& v) {
  scheme_fields(io, v);
}
template <class Io>
void fields_of_form(Io& io, DynamicGrid& v) {
  io.integer("bits", v.bits, v.range == DynamicGrid::Range::largest ? 2 : 1, 16);
  io.choice("rounding", v.rounding, Names<Rounding>(roundings));
}
template <class Io>
void fields_of_form(Io&, GridOfInput&) {}
template <class Io>
void fields_of_form(Io& io, AtSumScale& v) {
  io.choice("rounding", v.rounding, Names<Rounding>(roundings));
}
template <class Io>
void fields_of_form(Io&, std::monostate&) {}

// The alternative of `Variant` (or the Scheme itself) that a form stands for; false if none does.
template <class Variant>
bool start(Variant& v, Form form) {
  if (form <= Form::offset) {
    v = Scheme{.form = static_cast<Scheme::Form>(static_cast<int>(form))};
    return true;
  }
  if constexpr (std::is_same_v<Variant, EdgeScheme>) {
    if (form == Form::largest) v = DynamicGrid{};
    if (form == Form::extremes) v = DynamicGrid{.range = DynamicGrid::Range::extremes};
    if (form == Form::grid_of_input) v = GridOfInput{};
    return form != Form::sum_scale;
  } else if constexpr (std::is_same_v<Variant, BiasScheme>) {
    if (form == Form::sum_scale) v = AtSumScale{};
    return form == Form::sum_scale;
  }
  return false;
}

template <class Variant>
void put(Out& io, const char* key, Variant& v) {
  std::visit(
      [&](auto& alternative) {
        if constexpr (!std::is_same_v<std::remove_reference_t<decltype(alternative)>,
                                      std::monostate>) {
          Out inner;
          inner.choice("form", form_of(alternative), Names<Form>(forms));
          fields_of_form(inner, alternative);
          io.object.emplace_back(key, std::move(inner.object));
        }
      },
      v);
}
void put(Out& io, const char* key, std::optional<Scheme>& v) {
  if (!v) return;
  std::variant<Scheme> one{*v};
  put(io, key, one);
}

template <class Variant>
void put(In& io, const char* key, Variant& v) {
  if (!io.from.has(key)) return;
  In inner{io.from.object(key)};
  const Form form = value_in(Names<Form>(forms), inner.from.text("form"), inner.from, "form");
  if (!start(v, form)) inner.from.fail("form", "is not for a " + std::string(key));
  std::visit([&](auto& alternative) { fields_of_form(inner, alternative); }, v);
  inner.from.finish();
}
void put(In& io, const char* key, std::optional<Scheme>& v) {
  if (!io.from.has(key)) return;
  std::variant<Scheme> one;
  put(io, key, one);
  v = std::get<Scheme>(one);
}

template <class Io>
void fields(Io& io, QuantizeRule& v) {
  io.group("which", v.which);
  put(io, "weight", v.scheme.weight);
  if (v.scheme.weight) io.flag("weight_per_channel", v.scheme.weight_per_channel);
  put(io, "bias", v.scheme.bias);
  put(io, "input", v.scheme.input);
  put(io, "output", v.scheme.output);
  if (!std::holds_alternative<std::monostate>(v.scheme.output)) {
    io.flag("output_behind_slope", v.scheme.output_behind_slope);
  }
}

template <class Io>
void fields(Io&, pass::FoldBatchNorm&) {}
template <class Io>
void fields(Io& io, pass::RoundBatchNorm& v) {
  put_scheme(io, "grid", v.grid);
}
template <class Io>
void fields(Io& io, pass::ReplaceRelu6& v) {
  io.number("cap", v.cap);
}
template <class Io>
void fields(Io& io, pass::Equalize& v) {
  io.choice("range", v.options.range, Names<WeightRange>(weight_ranges));
  io.number("tolerance", v.options.tolerance);
  io.integer("patience", v.options.patience, 1, 1000000);
  io.flag("through_pools", v.options.through_pools);
  io.number("answers", v.answers);
}
template <class Io>
void fields(Io& io, pass::Unbalance& v) {
  io.integer("seed", v.options.seed, 0, 1000000000);
  io.integer("lowest", v.options.lowest, -20, 0);
  io.integer("highest", v.options.highest, 0, 20);
  io.flag("spare_relu6", v.spare_relu6);
}
template <class Io>
void fields(Io&, pass::PruneDeadChannels&) {}
template <class Io>
void fields(Io& io, pass::AbsorbBias& v) {
  io.number("deviations", v.deviations);
  io.flag("only_scaled", v.only_scaled);
}
template <class Io>
void fields(Io& io, pass::ClipWeights& v) {
  io.number("low", v.low);
  io.number("high", v.high);
}
template <class Io>
void fields(Io&, pass::CorrectBias&) {}
template <class Io>
void fields(Io&, pass::CorrectBiasOnData&) {}
template <class Io>
void fields(Io& io, pass::Calibrate& v) {
  using Rule = pass::Calibrate::Rule;
  io.choice("rule", v.rule, Names<Rule>(calibration_rules));
  if (v.rule == Rule::percentile) io.number("percent", v.percent);
  if (v.rule == Rule::moving_average) {
    io.number("decay", v.decay);
    io.flag("zero_debiased", v.zero_debiased);
  }
  if (v.rule == Rule::kl) io.integer("bits", v.bits, 2, 10);
  if (v.rule == Rule::mse) put_scheme(io, "grid", v.grid);
  if (v.rule == Rule::data_free || v.rule == Rule::document) {
    io.number("sigmas", v.sigmas);
    io.range("image", v.image);
  }
}
template <class Io>
void fields(Io& io, pass::Quantize& v) {
  io.list("rules", v.rules);
}

template <class Io>
void put_scheme(Io& io, const char* key, Scheme& v) {
  std::variant<Scheme> one{v};
  put(io, key, one);
  v = std::get<Scheme>(one);
}

}  // namespace recipe_fields

namespace {

using recipe_fields::In;
using recipe_fields::Out;

Pass take_pass(JsonFields from) {
  const std::string name = from.text("pass");
  std::vector<std::string> known;
  for (const NamedPass& one : named_passes) {
    known.emplace_back(one.name);
    if (one.name != name) continue;
    Pass result = one.make();
    In in{std::move(from)};
    std::visit([&](auto& p) { fields(in, p); }, result);
    in.from.finish();
    return result;
  }
  from.fail("pass", unknown_name("pass", name, known));
}

Recipe take_passes(JsonFields from, const std::string& name) {
  Recipe recipe;
  recipe.name = from.text_or("name", name);
  const bool odd =
      recipe.name.empty() || recipe.name.find_first_of("/\\ \t\n") != std::string::npos;
  if (odd) from.fail("name", "expected a short name without spaces and slashes");
  for (JsonFields& one : from.objects("passes")) recipe.passes.push_back(take_pass(std::move(one)));
  if (recipe.passes.empty()) from.fail("passes", "expected at least one pass");
  from.finish();
  return recipe;
}

}  // namespace

Recipe recipe_of(const Json& json, const std::string& file, const std::string& place,
                 const std::string& name) {
  if (const auto* text = std::get_if<std::string>(&json.value)) return parse_recipe(*text);
  JsonFields from(json, file, place);
  if (!from.has("preset")) return take_passes(std::move(from), name);
  return preset_of(json, file, place);
}

Json to_json(const Recipe& recipe) {
  JsonArray passes;
  for (Pass one : recipe.passes) {  // a copy: `fields` serves both directions
    Out out;
    out.object.emplace_back("pass", name_of(one));
    std::visit([&](auto& p) { fields(out, p); }, one);
    passes.emplace_back(std::move(out.object));
  }
  return JsonObject{{"name", recipe.name}, {"passes", std::move(passes)}};
}

}  // namespace bench
