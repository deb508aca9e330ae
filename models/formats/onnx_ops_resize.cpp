// Resize (opset 10 on) and the Upsample it replaced.

#include <cmath>

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

constexpr float largest_scale = 65536;
constexpr std::int64_t largest_size = 1 << 24;

Resize::Coordinates coordinates_of(const std::string& name) {
  if (name == "half_pixel") return Resize::Coordinates::half_pixel;
  if (name == "pytorch_half_pixel") return Resize::Coordinates::pytorch_half_pixel;
  if (name == "align_corners") return Resize::Coordinates::align_corners;
  if (name == "asymmetric") return Resize::Coordinates::asymmetric;
  refuse("coordinate_transformation_mode " + name);
}

Resize::Rounding rounding_of(const std::string& name) {
  if (name == "round_prefer_floor") return Resize::Rounding::round_prefer_floor;
  if (name == "round_prefer_ceil") return Resize::Rounding::round_prefer_ceil;
  if (name == "floor") return Resize::Rounding::floor;
  if (name == "ceil") return Resize::Rounding::ceil;
  refuse("nearest_mode " + name);
}

Resize::Mode mode_of(const std::string& name) {
  if (name == "nearest") return Resize::Mode::nearest;
  if (name == "linear" || name == "bilinear") return Resize::Mode::linear;
  refuse("mode " + name);
}

/// A list with one entry per axis from one that may name only some (opset 18).
template <class T>
std::vector<T> spread(const std::vector<T>& list, OnnxNode& node, const std::vector<T>& otherwise) {
  const auto axes = node.integers("axes");
  std::vector<T> result = otherwise;
  for (std::size_t i = 0; axes && i < axes->size() && i < list.size(); ++i) {
    result[static_cast<std::size_t>(OnnxNode::axis_of((*axes)[i], result.size()))] = list[i];
  }
  if (list.size() != (axes ? axes->size() : result.size())) {
    reject("has " + std::to_string(list.size()) + " sizes or scales");
  }
  return axes ? result : list;
}

void set_scales(OnnxNode& node, Resize& op, std::vector<float> scales) {
  scales = spread(scales, node, {1, 1, 1, 1});
  for (const float scale : scales) {
    if (!(scale > 0 && scale <= largest_scale)) reject("a scale of " + std::to_string(scale));
  }
  if (scales[0] != 1 || scales[1] != 1) refuse("of batch or channels");
  op.scale_h = scales[2];
  op.scale_w = scales[3];
}

/// Sizes that are a multiple of the input's become a scale; others must be known.
void set_sizes(OnnxNode& node, Resize& op, NodeId data, const Sizes& given) {
  const Sizes in = node.sizes(data);
  const Sizes sizes = spread(given, node, in);
  for (std::size_t i = 0; i < 2; ++i) {
    const bool same = sizes[i] == in[i] || sizes[i].value == in[i].value;
    if (!same) refuse("of batch or channels");
  }
  const Size &h = sizes[2], &w = sizes[3];
  const auto follows = [](const Size& to, const Size& from) {
    return to.node >= 0 && to.node == from.node && to.axis == from.axis &&
           to.factor % from.factor == 0 && to.factor / from.factor < (1 << 16);
  };
  if (follows(h, in[2]) && follows(w, in[3])) {
    op.scale_h = static_cast<float>(h.factor / in[2].factor);
    op.scale_w = static_cast<float>(w.factor / in[3].factor);
    return;
  }
  if (!h.value || !w.value) {
    refuse("to a size computed from the image's in a way that cannot be followed");
  }
  for (const std::int64_t size : {*h.value, *w.value}) {
    if (size < 1 || size > largest_size) reject("to a size of " + std::to_string(size));
  }
  op.height = *h.value;
  op.width = *w.value;
}

std::vector<float> scales_of(OnnxNode& node, std::size_t i) {
  const Tensor tensor = node.parameter(i, "scales");
  const auto values = tensor.data<float>();
  return {values.begin(), values.end()};
}

/// Opset 10 and before name no coordinates: asymmetric, rounded down, as converters to 11 take it.
void old_form(OnnxNode& node, Resize& op) {
  op.coordinates = Resize::Coordinates::asymmetric;
  op.rounding = Resize::Rounding::floor;
  if (node.opset() < 9) {
    set_scales(node, op, node.reals("scales").value_or(std::vector<float>{}));
  } else {
    set_scales(node, op, scales_of(node, 1));
  }
  if (op.mode == Resize::Mode::nearest && (op.scale_h < 1 || op.scale_w < 1)) {
    refuse("nearest to a smaller size, which opset 10 and before leave undefined");
  }
}

bool is_given(OnnxNode& node, std::size_t i) {
  if (!node.has_input(i)) return false;
  if (node.is_whole(i)) return !node.whole_numbers(i).values.empty();
  return !node.constant(i, "scales").empty();  // an empty list is how opset 11 leaves it out
}

void new_form(OnnxNode& node, Resize& op, NodeId data) {
  op.coordinates = coordinates_of(node.text("coordinate_transformation_mode", "half_pixel"));
  op.rounding = rounding_of(node.text("nearest_mode", "round_prefer_floor"));
  node.ignore("cubic_coeff_a");
  node.ignore("extrapolation_value");
  if (node.flag("exclude_outside")) refuse("exclude_outside = 1");
  if (node.flag("antialias")) refuse("antialias = 1");
  const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch") refuse("keep_aspect_ratio_policy " + policy);
  if (node.has_input(1)) node.ignore_input(1);  // roi, of a mode that is refused
  const bool scales = is_given(node, 2), sizes = is_given(node, 3);
  if (scales == sizes) reject("needs either scales or sizes");
  if (scales) {
    set_scales(node, op, scales_of(node, 2));
  } else {
    set_sizes(node, op, data, node.whole_numbers(3).values);
  }
}

}  // namespace

void resize(OnnxNode& node) {
  const NodeId data = node.input(0);
  if (node.rank(data) != 4) refuse("over other data than N x C x H x W");
  Resize op;
  op.mode = mode_of(node.text("mode", "nearest"));
  if (op.mode == Resize::Mode::linear && node.is_numbers(0)) refuse("linear, of quantised numbers");
  if (node.opset() < 11) {
    old_form(node, op);
  } else {
    new_form(node, op, data);
  }
  node.give(node.add(op, {data}));
}

}  // namespace bench::onnx
