#include "models/formats/onnx_size.h"

#include "models/error.h"

namespace bench {
namespace {

using Value = std::optional<std::int64_t>;

/// `apply(a, b, &result)` is one of the __builtin_*_overflow family.
template <class Apply>
Value checked(const Value& a, const Value& b, Apply apply) {
  if (!a || !b) return std::nullopt;
  std::int64_t result = 0;
  if (apply(*a, *b, &result)) throw Error(Fault::bad_data, "a size overflows 64 bits");
  return result;
}

Size made_of(const Size& a, const Size& b, Value value) {
  const bool known = a.is_constant() && b.is_constant();
  return {value, known ? Size::constant : Size::computed, 0, 1};
}

}  // namespace

Size constant_size(std::int64_t value) { return {value, Size::constant, 0, 1}; }
Size own_size(NodeId node, int axis, Value value) { return {value, node, axis, 1}; }

Size add(const Size& a, const Size& b) {
  if (a.is(0)) return b;
  if (b.is(0)) return a;
  return made_of(a, b, checked(a.value, b.value, [](auto x, auto y, auto* r) {
                   return __builtin_add_overflow(x, y, r);
                 }));
}

Size subtract(const Size& a, const Size& b) {
  if (b.is(0)) return a;
  return made_of(a, b, checked(a.value, b.value, [](auto x, auto y, auto* r) {
                   return __builtin_sub_overflow(x, y, r);
                 }));
}

Size multiply(const Size& a, const Size& b) {
  const auto times = [](auto x, auto y, auto* r) { return __builtin_mul_overflow(x, y, r); };
  const Value value = checked(a.value, b.value, times);
  if (a.is(1)) return b;
  if (b.is(1)) return a;
  if (a.node >= 0 && b.is_constant() && *b.value > 0) {
    return {value, a.node, a.axis, *checked(a.factor, b.value, times)};
  }
  if (b.node >= 0 && a.is_constant()) return multiply(b, a);
  return made_of(a, b, value);
}

Size divide(const Size& a, const Size& b) {
  if (b.is(1)) return a;
  if (b.value == 0) throw Error(Fault::bad_data, "a size is divided by zero");
  if (a.node >= 0 && b.is_constant() && *b.value > 0 && a.factor % *b.value == 0) {
    const Value value = a.value ? Value(*a.value / *b.value) : std::nullopt;
    return {value, a.node, a.axis, a.factor / *b.value};
  }
  return made_of(a, b, checked(a.value, b.value, [](auto x, auto y, auto* r) {
                   if (y == -1) return __builtin_sub_overflow(decltype(x){0}, x, r);
                   *r = x / y;
                   return false;
                 }));
}

}  // namespace bench
