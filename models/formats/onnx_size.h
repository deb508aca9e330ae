#pragma once
// Sizes as a reader knows them before any image does. ONNX files compute shapes with ordinary
// nodes (Shape, Gather, Mul, Concat, ...); these are followed symbolically, so that a Reshape says
// "as many as axis 0 of its input" and not the number that held for one image.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/graph.h"

namespace bench {

/// One whole number of a shape: a constant; or `factor` times dimension `axis` of `node`'s result;
/// or something computed from such, of which only the value may be known.
struct Size {
  static constexpr NodeId constant = -1, computed = -2;

  std::optional<std::int64_t> value;  ///< always there for constants; else at the declared input
  NodeId node = constant;
  int axis = 0;
  std::int64_t factor = 1;

  bool is_constant() const { return node == constant; }
  bool is(std::int64_t number) const { return is_constant() && *value == number; }
  friend bool operator==(const Size&, const Size&) = default;
};

using Sizes = std::vector<Size>;

Size constant_size(std::int64_t value);
/// Dimension `axis` of node `node`, whose value at the declared input is `value` if known.
Size own_size(NodeId node, int axis, std::optional<std::int64_t> value);

/// Whole-number arithmetic; division truncates towards zero, as in ONNX. Throws Error{bad_data} on
/// overflow and division by zero.
Size add(const Size& a, const Size& b);
Size subtract(const Size& a, const Size& b);
Size multiply(const Size& a, const Size& b);
Size divide(const Size& a, const Size& b);

/// The sizes of the result of `op` as node `id`, given those of its inputs. Agrees with
/// infer_shapes wherever all sizes are known. Throws Error{bad_data} where the inputs cannot fit.
Sizes infer_sizes(const Op& op, std::span<const Sizes> inputs, NodeId id);

}  // namespace bench
