#include <algorithm>
#include <array>

#include "bench/recipe.h"
#include "bench/recipe_parts.h"
#include "models/error.h"
#include "models/registry.h"

namespace bench {
namespace {

template <class E>
using Names = std::span<const std::pair<std::string_view, E>>;

using Kind = NodeFilter::Kind;
constexpr std::pair<std::string_view, Kind> kinds[] = {
    {"layer", Kind::layer},
    {"convolution", Kind::convolution},
    {"depthwise", Kind::depthwise},
    {"linear", Kind::linear},
    {"any", Kind::any},
    {"input", Kind::input},
    {"constant", Kind::constant},
    {"activation", Kind::activation},
    {"sigmoid", Kind::sigmoid},
    {"tanh", Kind::tanh},
    {"add", Kind::add},
    {"arithmetic", Kind::arithmetic},
    {"concat", Kind::concat},
    {"average-pool", Kind::average_pool},
    {"mean", Kind::mean},
    {"resize", Kind::resize},
    {"linear-resize", Kind::linear_resize},
    {"softmax", Kind::softmax},
};

using Position = NodeFilter::Position;
constexpr std::pair<std::string_view, Position> positions[] = {
    {"any", Position::any},
    {"first", Position::first},
    {"last", Position::last},
    {"tail", Position::tail},
};

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

template <class E>
std::string_view name_in(Names<E> names, E value) {
  return std::ranges::find(names, value, &std::pair<std::string_view, E>::second)->first;
}

template <class E>
E value_in(Names<E> names, const std::string& text, const JsonFields& fields, const char* key) {
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known.emplace_back(name);
  }
  fields.fail(key, unknown_name("value", text, known));
}

// Both directions of a structure in one place, as in the run record; what a file does not say keeps
// its default.
struct Out {
  JsonObject object{};

  void number(const char* key, double v) { object.emplace_back(key, v); }
  void integer(const char* key, int v, int, int) { object.emplace_back(key, v); }
  void flag(const char* key, bool v) { object.emplace_back(key, v); }
  void text(const char* key, const std::string& v) {
    if (!v.empty()) object.emplace_back(key, v);
  }
  template <class E>
  void choice(const char* key, E v, Names<E> names) {
    object.emplace_back(key, name_in(names, v));
  }
  void range(const char* key, const Range& v) {
    object.emplace_back(key, JsonArray{double{v.min}, double{v.max}});
  }
  void range(const char* key, const std::optional<Range>& v) {
    if (v) range(key, *v);
  }
  template <class T>
  void group(const char* key, T& v) {
    Out inner;
    fields(inner, v);
    object.emplace_back(key, std::move(inner.object));
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    JsonArray array;
    for (T& item : v) {
      Out inner;
      fields(inner, item);
      array.emplace_back(std::move(inner.object));
    }
    object.emplace_back(key, std::move(array));
  }
};

struct In {
  JsonFields from;

  void number(const char* key, double& v) { v = from.number_or(key, v); }
  void integer(const char* key, int& v, int least, int most) {
    const std::int64_t found = from.integer_or(key, v);
    if (found < least || found > most) {
      from.fail(key, "expected " + std::to_string(least) + " to " + std::to_string(most));
    }
    v = static_cast<int>(found);
  }
  void flag(const char* key, bool& v) { v = from.boolean_or(key, v); }
  void text(const char* key, std::string& v) { v = from.text_or(key, v); }
  template <class E>
  void choice(const char* key, E& v, Names<E> names) {
    const std::string text = from.text_or(key, std::string(name_in(names, v)));
    v = value_in(names, text, from, key);
  }
  void range(const char* key, Range& v) {
    const bool said = from.has(key);
    if (!said) return;
    const auto ends = from.numbers_or_null(key);
    if (!ends || ends->size() != 2 || !((*ends)[0] <= (*ends)[1])) {
      from.fail(key, "expected two numbers, the smaller first");
    }
    v = {static_cast<float>((*ends)[0]), static_cast<float>((*ends)[1])};
  }
  void range(const char* key, std::optional<Range>& v) {
    if (!from.has(key)) return;
    Range found;
    range(key, found);
    v = found;
  }
  template <class T>
  void group(const char* key, T& v) {
    if (!from.has(key)) return;
    In inner{from.object(key)};
    fields(inner, v);
    inner.from.finish();
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    for (JsonFields& object : from.objects(key)) {
      In inner{std::move(object)};
      fields(inner, v.emplace_back());
      inner.from.finish();
    }
  }
};

template <class Io>
void fields(Io& io, NodeFilter& v) {
  io.choice("kind", v.kind, Names<Kind>(kinds));
  io.choice("position", v.position, Names<Position>(positions));
  io.text("name", v.name);
}

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
