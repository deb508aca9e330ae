#include "models/formats/graph_fields.h"

namespace bench {

std::string_view text_of(Rounding v) {
  using enum Rounding;
  switch (v) {
    case half_even: return "half_even";
    case half_up: return "half_up";
    case half_away: return "half_away";
  }
  return "";
}

std::string_view text_of(DynamicGrid::Range v) {
  using enum DynamicGrid::Range;
  switch (v) {
    case largest: return "largest";
    case extremes: return "extremes";
  }
  return "";
}

std::string_view text_of(Dim::Kind v) {
  using enum Dim::Kind;
  switch (v) {
    case fixed: return "fixed";
    case infer: return "infer";
    case copy: return "copy";
  }
  return "";
}

std::string_view text_of(Activation::Kind v) {
  using enum Activation::Kind;
  switch (v) {
    case relu: return "relu";
    case clip: return "clip";
    case leaky_relu: return "leaky_relu";
    case elu: return "elu";
    case sigmoid: return "sigmoid";
    case tanh: return "tanh";
    case hard_sigmoid: return "hard_sigmoid";
    case hard_swish: return "hard_swish";
    case swish: return "swish";
    case softplus: return "softplus";
    case exp: return "exp";
    case log: return "log";
    case sqrt: return "sqrt";
    case abs: return "abs";
    case neg: return "neg";
  }
  return "";
}

std::string_view text_of(Arithmetic::Kind v) {
  using enum Arithmetic::Kind;
  switch (v) {
    case add: return "add";
    case sub: return "sub";
    case mul: return "mul";
    case div: return "div";
    case pow: return "pow";
    case min: return "min";
    case max: return "max";
  }
  return "";
}

std::string_view text_of(Resize::Mode v) {
  using enum Resize::Mode;
  switch (v) {
    case nearest: return "nearest";
    case linear: return "linear";
  }
  return "";
}

std::string_view text_of(Resize::Coordinates v) {
  using enum Resize::Coordinates;
  switch (v) {
    case half_pixel: return "half_pixel";
    case pytorch_half_pixel: return "pytorch_half_pixel";
    case align_corners: return "align_corners";
    case asymmetric: return "asymmetric";
  }
  return "";
}

std::string_view text_of(Resize::Rounding v) {
  using enum Resize::Rounding;
  switch (v) {
    case round_prefer_floor: return "round_prefer_floor";
    case round_prefer_ceil: return "round_prefer_ceil";
    case floor: return "floor";
    case ceil: return "ceil";
  }
  return "";
}

std::string_view text_of(Reduce::Kind v) {
  using enum Reduce::Kind;
  switch (v) {
    case mean: return "mean";
    case sum: return "sum";
    case max: return "max";
    case min: return "min";
    case l2: return "l2";
  }
  return "";
}

}  // namespace bench
