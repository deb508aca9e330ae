#pragma once
// What each integer op means, as a function of its inputs' values; evaluate() chooses among these.

#include <span>

#include "models/integer_graph.h"

namespace bench::integer {

/// What a node's arithmetic looks at.
struct Operands {
  const Node& node;
  std::span<const IntegerValue* const> values;  ///< of its inputs
  std::span<const Node* const> nodes;           ///< its inputs
  const Shape& shape;                           ///< of the result

  const Tensor& numbers(std::size_t i = 0) const { return values[i]->numbers; }
  std::int32_t zero_point(std::size_t i = 0) const {
    return nodes[i]->grid ? nodes[i]->grid->zero_point[0] : 0;
  }
  float scale(std::size_t i = 0) const {
    return nodes[i]->grid ? nodes[i]->grid->scale[0] : values[i]->dynamic_scale;
  }
};

Tensor compute(const Layer&, const Operands&);
Tensor compute(const Add&, const Operands&);
Tensor compute(const Multiply&, const Operands&);
Tensor compute(const Average&, const Operands&);
Tensor compute(const Max&, const Operands&);
Tensor compute(const MaxOfRegions&, const Operands&);
Tensor compute(const Lookup&, const Operands&);
Tensor compute(const PReluNumbers&, const Operands&);
Tensor compute(const Move&, const Operands&);
Tensor compute(const ResizeLinear&, const Operands&);
Tensor compute(const SoftmaxNumbers&, const Operands&);

}  // namespace bench::integer
