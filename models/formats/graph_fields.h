#pragma once
// The fields of every op, for whoever writes or reads them (graph_json.h): `fields(at, op)` calls
// at(key, value) for each. A new op is one more function here; without it nothing compiles.

#include <concepts>
#include <string_view>
#include <type_traits>

#include "models/graph.h"

namespace bench {

// Kinds of values of fields.
template <class T>
concept Enum = std::is_enum_v<T>;
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

/// `const Op` for the one who writes, `Op` for the one who reads.
template <class T, class Op>
concept IsOp = std::same_as<std::remove_const_t<T>, Op>;

void fields(auto& at, IsOp<Grid> auto& v) {
  at("bits", v.bits);
  at("signed", v.is_signed);
  at("narrow", v.narrow);
  at.tensor("scale", v.scale);
  at.tensor("zero_point", v.zero_point);
  at.tensor("offset", v.offset);
  at("axis", v.axis);
  at("rounding", v.rounding);
}

void fields(auto& at, IsOp<DynamicGrid> auto& v) {
  at("range", v.range);
  at("bits", v.bits);
  at("rounding", v.rounding);
}

void fields(auto& at, IsOp<Dim> auto& v) {
  at("kind", v.kind);
  at("value", v.value);
  at("source", v.source);
  at("axis", v.axis);
}

void fields(auto& at, IsOp<Input> auto& op) { at("shape", op.shape); }

void fields(auto& at, IsOp<Constant> auto& op) { at("value", op.value); }

void fields(auto& at, IsOp<Conv2d> auto& op) {
  at("weight", op.weight);
  at("bias", op.bias);
  at("stride", op.stride);
  at("pad", op.pad);
  at("dilation", op.dilation);
  at("groups", op.groups);
  at("weight_grid", op.weight_grid);
  at("bias_grid", op.bias_grid);
}

void fields(auto& at, IsOp<Linear> auto& op) {
  at("weight", op.weight);
  at("bias", op.bias);
  at("weight_grid", op.weight_grid);
  at("bias_grid", op.bias_grid);
}

void fields(auto& at, IsOp<BatchNorm> auto& op) {
  at("gamma", op.gamma);
  at("beta", op.beta);
  at("mean", op.mean);
  at("variance", op.variance);
  at("epsilon", op.epsilon);
}

void fields(auto& at, IsOp<Activation> auto& op) {
  at("kind", op.kind);
  at("alpha", op.alpha);
  at("beta", op.beta);
}

void fields(auto& at, IsOp<PRelu> auto& op) { at("slope", op.slope); }

void fields(auto& at, IsOp<MaxPool> auto& op) {
  at("kernel", op.kernel);
  at("stride", op.stride);
  at("pad", op.pad);
  at("dilation", op.dilation);
  at("ceil_mode", op.ceil_mode);
}

void fields(auto& at, IsOp<AveragePool> auto& op) {
  at("kernel", op.kernel);
  at("stride", op.stride);
  at("pad", op.pad);
  at("ceil_mode", op.ceil_mode);
  at("count_include_pad", op.count_include_pad);
}

void fields(auto& at, IsOp<Arithmetic> auto& op) { at("kind", op.kind); }

void fields(auto& at, IsOp<Concat> auto& op) { at("axis", op.axis); }

void fields(auto& at, IsOp<Slice> auto& op) {
  at("axis", op.axis);
  at("begin", op.begin);
  at("end", op.end);
  at("step", op.step);
}

void fields(auto& at, IsOp<Transpose> auto& op) { at("order", op.order); }

void fields(auto& at, IsOp<Reshape> auto& op) { at("dims", op.dims); }

void fields(auto& at, IsOp<Pad> auto& op) {
  at("before", op.before);
  at("after", op.after);
  at("value", op.value);
}

void fields(auto& at, IsOp<Resize> auto& op) {
  at("mode", op.mode);
  at("coordinates", op.coordinates);
  at("rounding", op.rounding);
  at("scale_h", op.scale_h);
  at("scale_w", op.scale_w);
  at("height", op.height);
  at("width", op.width);
}

void fields(auto& at, IsOp<Softmax> auto& op) { at("axis", op.axis); }

void fields(auto& at, IsOp<Reduce> auto& op) {
  at("kind", op.kind);
  at("axes", op.axes);
  at("keep_dims", op.keep_dims);
}

void fields(auto& at, IsOp<RoiPool> auto& op) {
  at("size", op.size);
  at("scale", op.scale);
}

void fields(auto& at, IsOp<Proposals> auto& op) {
  at("base_size", op.base_size);
  at.tensor("scales", op.scales);
  at.tensor("ratios", op.ratios);
  at("stride", op.stride);
  at("candidates", op.candidates);
  at("kept", op.kept);
  at("overlap", op.overlap);
  at("min_size", op.min_size);
}

void fields(auto& at, IsOp<FakeQuantize> auto& op) { at("grid", op.grid); }

// What enumerators are called in the file; empty for numbers that are none. Switches without a
// default: the compiler asks for new ones.

std::string_view text_of(Rounding v);
std::string_view text_of(DynamicGrid::Range v);
std::string_view text_of(Dim::Kind v);
std::string_view text_of(Activation::Kind v);
std::string_view text_of(Arithmetic::Kind v);
std::string_view text_of(Resize::Mode v);
std::string_view text_of(Resize::Coordinates v);
std::string_view text_of(Resize::Rounding v);
std::string_view text_of(Reduce::Kind v);

}  // namespace bench
