// Constants, shapes and their arithmetic, and what only renames a tensor's dimensions.

#include <algorithm>
#include <limits>
#include <set>

#include "models/formats/onnx_ops.h"

namespace bench::onnx {
namespace {

enum class Element { real, whole, truth };

Element element_of(std::int64_t type) {
  switch (type) {
    case 1:   // float
    case 10:  // float16
    case 11:  // double
    case 16:  // bfloat16
      return Element::real;
    case 6:  // int32
    case 7:  // int64
      return Element::whole;
    case 9: return Element::truth;
    default: refuse("to element type " + std::to_string(type));
  }
}

Tensor as_whole(const Tensor& tensor) {
  Tensor result(tensor.shape(), DType::i64);
  const auto copy = [&](auto values) {
    std::transform(values.begin(), values.end(), result.data<std::int64_t>().begin(), [](auto x) {
      if (!(static_cast<double>(x) > -0x1p62 && static_cast<double>(x) < 0x1p62)) {
        reject("a number beyond 64 bits");
      }
      return static_cast<std::int64_t>(x);
    });
  };
  switch (tensor.type()) {
    case DType::f32: copy(tensor.data<float>()); break;
    case DType::i32: copy(tensor.data<std::int32_t>()); break;
    case DType::u8: copy(tensor.data<std::uint8_t>()); break;
    case DType::i8: copy(tensor.data<std::int8_t>()); break;
    case DType::i64: return tensor;
  }
  return result;
}

std::set<int> checked_axes(const std::vector<std::int64_t>& axes, std::size_t rank) {
  std::set<int> result;
  for (const std::int64_t axis : axes) {
    if (!result.insert(OnnxNode::axis_of(axis, rank)).second) {
      reject("names axis " + std::to_string(axis) + " twice");
    }
  }
  return result;
}

Size product(Sizes::const_iterator begin, Sizes::const_iterator end) {
  Size result = constant_size(1);
  for (; begin != end; ++begin) result = multiply(result, *begin);
  return result;
}

}  // namespace

std::optional<std::vector<std::int64_t>> axes_of(OnnxNode& node, int last_attribute,
                                                 std::size_t i) {
  if (node.opset() <= last_attribute) return node.integers("axes");
  if (!node.has_input(i)) return std::nullopt;
  return node.known_numbers(i);
}

void identity(OnnxNode& node) {
  if (node.type() == "Dropout") {
    node.ignore("ratio");
    node.ignore("seed");
    node.ignore("is_test");
    if (node.has_input(1)) node.ignore_input(1);
    if (node.has_input(2)) {
      const Tensor training = node.constant(2, "training_mode");
      for (const std::byte b : training.bytes()) {
        if (b != std::byte{0}) refuse("training_mode = true");
      }
    }
  }
  node.give(node.pass_on(0));
}

void cast(OnnxNode& node) {
  const Element to = element_of(node.integer("to", 0));
  if (node.is_whole(0)) {
    Integers numbers = node.whole_numbers(0);
    if (to == Element::truth) refuse("of a shape to bool");
    numbers.real = to == Element::real;
    return node.give(std::move(numbers));
  }
  if (to == Element::real) return node.give(node.input(0));
  if (to == Element::truth) refuse("to bool");
  node.give(as_whole(node.constant(0, "what is cast to whole numbers")));
}

void constant(OnnxNode& node) {
  constexpr auto count_of = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  constexpr auto none = std::numeric_limits<std::int64_t>::min();
  if (auto value = node.tensor("value")) return node.give(std::move(*value));
  if (const auto list = node.reals("value_floats")) {
    return node.give(Tensor::of({count_of(*list)}, *list));
  }
  if (const auto list = node.integers("value_ints")) {
    return node.give(Tensor::of<std::int64_t>({count_of(*list)}, *list));
  }
  if (const std::int64_t value = node.integer("value_int", none); value != none) {
    return node.give(Tensor::of<std::int64_t>({}, {&value, 1}));
  }
  const float value = node.real("value_float", std::numeric_limits<float>::quiet_NaN());
  if (value != value) refuse("has none of value, value_float(s), value_int(s)");
  node.give(Tensor::of({}, {value}));
}

void constant_of_shape(OnnxNode& node) {
  constexpr std::int64_t largest = std::int64_t{1} << 24;
  const Shape shape = node.known_numbers(0);
  if (std::ranges::any_of(shape, [](std::int64_t d) { return d < 0; }) || count(shape) > largest) {
    reject("of shape " + to_string(shape));
  }
  const Tensor value = node.tensor("value").value_or(Tensor({1}));
  if (value.size() != 1) reject("value is no single element");
  Tensor result(shape, value.type());
  const auto element = value.bytes();
  const auto bytes = result.bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = element[i % element.size()];
  node.give(std::move(result));
}

void shape(OnnxNode& node) {
  const Sizes all = node.sizes(node.input(0));
  const auto rank = static_cast<std::int64_t>(all.size());
  const auto bound = [&](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank);
  };
  const std::int64_t start = bound(node.integer("start", 0));
  const std::int64_t end = std::max(start, bound(node.integer("end", rank)));
  node.give(Integers{Sizes(all.begin() + start, all.begin() + end), false, false});
}

void reshape(OnnxNode& node) {
  const std::size_t result_rank = node.whole_numbers(1).values.size();
  if (node.is_whole(0) && result_rank <= 1) {
    Integers numbers = node.whole_numbers(0);
    numbers.scalar = result_rank == 0;
    return node.give(std::move(numbers));
  }
  const NodeId data = node.input(0);
  Sizes target = node.whole_numbers(1).values;
  const Sizes& in = node.sizes(data);
  const bool zero_is_zero = node.flag("allowzero");
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (!target[i].is(0) || zero_is_zero) continue;
    if (i >= in.size()) reject("0 in place " + std::to_string(i) + " has nothing to copy");
    target[i] = in[i];
  }
  node.give(node.reshape(data, target));
}

void flatten(OnnxNode& node) {
  const NodeId data = node.input(0);
  const Sizes in = node.sizes(data);
  const std::int64_t axis = node.integer("axis", 1);
  const auto rank = static_cast<std::int64_t>(in.size());
  const std::int64_t split = axis == rank ? rank : OnnxNode::axis_of(axis, in.size());
  Size rows = product(in.begin(), in.begin() + split);
  Size columns = product(in.begin() + split, in.end());
  if (!rows.is_constant() && !columns.is_constant()) {
    (rows.node >= 0 ? columns : rows) = constant_size(-1);
  }
  node.give(node.reshape(data, {rows, columns}));
}

void squeeze(OnnxNode& node) {
  const auto axes = axes_of(node, 12, 1);
  if (node.is_whole(0)) {
    Integers numbers = node.whole_numbers(0);
    if (numbers.values.size() != 1) reject("of a shape with more than one entry");
    numbers.scalar = true;
    return node.give(std::move(numbers));
  }
  const NodeId data = node.input(0);
  const Sizes in = node.sizes(data);
  std::set<int> gone;
  if (axes) gone = checked_axes(*axes, in.size());
  Sizes target;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool listed = gone.contains(static_cast<int>(i));
    if (listed && in[i].value.value_or(1) != 1) {
      reject("axis " + std::to_string(i) + " has " + std::to_string(*in[i].value) + " elements");
    }
    if (axes ? !listed : in[i].value != 1) target.push_back(in[i]);
  }
  node.give(node.reshape(data, target));
}

void unsqueeze(OnnxNode& node) {
  const auto axes = axes_of(node, 12, 1);
  if (!axes) reject("names no axes");
  if (node.is_whole(0)) {
    Integers numbers = node.whole_numbers(0);
    if (!numbers.scalar) refuse("of a shape that is a list already");
    numbers.scalar = false;
    return node.give(std::move(numbers));
  }
  const NodeId data = node.input(0);
  const Sizes in = node.sizes(data);
  const std::set<int> added = checked_axes(*axes, in.size() + axes->size());
  Sizes target;
  auto next = in.begin();
  for (std::size_t i = 0; i < in.size() + added.size(); ++i) {
    target.push_back(added.contains(static_cast<int>(i)) ? constant_size(1) : *next++);
  }
  node.give(node.reshape(data, target));
}

void round_down(OnnxNode& node) {
  if (!node.on_shapes()) refuse("of data");
  node.give(node.whole_numbers(0));
}

}  // namespace bench::onnx
