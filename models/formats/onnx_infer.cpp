// Shape rules over symbolic sizes: one function per kind of operation.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/error.h"
#include "models/formats/onnx_size.h"

namespace bench {
namespace {

[[noreturn]] void reject(const std::string& text) { throw Error(Fault::bad_data, text); }

/// A size that is `rule(size)`: a constant if the size is one, else node `id`'s own.
template <class Rule>
Size mapped(const Size& size, NodeId id, int axis, Rule rule) {
  if (size.is_constant()) return constant_size(rule(*size.value));
  return own_size(id, axis, size.value ? std::optional(rule(*size.value)) : std::nullopt);
}

struct Window {
  std::int64_t kernel, stride, pad, dilation = 1;
  bool ceil = false;
  std::int64_t pad_begin = 0;
};

Size windowed(const Size& in, const Window& w, NodeId id, int axis) {
  const std::int64_t span = w.dilation * (w.kernel - 1);
  if (w.stride == 1 && w.pad == span) return in;
  return mapped(in, id, axis, [&](std::int64_t size) {
    const std::int64_t room = size + w.pad - span - 1;
    if (room < 0) return std::int64_t{0};
    if (!w.ceil) return room / w.stride + 1;
    const std::int64_t up = (room + w.stride - 1) / w.stride + 1;
    return (up - 1) * w.stride >= size + w.pad_begin ? up - 1 : up;
  });
}

void want_rank(const Sizes& in, std::size_t rank) {
  if (in.size() != rank) {
    reject("takes a " + std::to_string(rank) + "-dimensional tensor, its input has " +
           std::to_string(in.size()) + " dimensions");
  }
}

Size broadcast(const Size& a, const Size& b, NodeId id, int axis) {
  if (a == b || b.is(1)) return a;
  if (a.is(1)) return b;
  if (a.value && b.value && *a.value != *b.value && *a.value != 1 && *b.value != 1) {
    reject("sizes " + std::to_string(*a.value) + " and " + std::to_string(*b.value) +
           " do not broadcast");
  }
  if (a.is_constant()) return a;
  if (b.is_constant()) return b;
  const bool known = a.value && b.value;
  return own_size(id, axis, known ? std::optional(std::max(*a.value, *b.value)) : std::nullopt);
}

/// The shape rule of each Op.
struct Rule {
  std::span<const Sizes> inputs;
  NodeId id;

  const Sizes& in() const { return inputs.front(); }
  std::size_t axis_of(int axis, std::size_t rank) const {
    const auto wide = static_cast<std::int64_t>(rank);
    if (axis < -wide || axis >= wide) {
      reject("axis " + std::to_string(axis) + " of a tensor with " + std::to_string(rank) +
             " dimensions");
    }
    return static_cast<std::size_t>(axis < 0 ? axis + wide : axis);
  }

  Sizes operator()(const Input& op) const {
    Sizes out;
    for (std::size_t i = 0; i < op.shape.size(); ++i) {
      const std::int64_t d = op.shape[i];
      const bool follows_image = i != 1 || d < 0;  // channels are fixed wherever they are given
      const auto value = d < 0 ? std::nullopt : std::optional(d);
      out.push_back(follows_image ? own_size(id, static_cast<int>(i), value) : constant_size(d));
    }
    return out;
  }

  Sizes operator()(const Constant& op) const {
    Sizes out;
    for (const std::int64_t d : op.value.shape()) out.push_back(constant_size(d));
    return out;
  }

  Sizes operator()(const Conv2d& op) const {
    want_rank(in(), 4);
    const Shape& w = op.weight.shape();
    const Window rows{w[2], op.stride.h, op.pad.top + op.pad.bottom, op.dilation.h};
    const Window columns{w[3], op.stride.w, op.pad.left + op.pad.right, op.dilation.w};
    return {in()[0], constant_size(w[0]), windowed(in()[2], rows, id, 2),
            windowed(in()[3], columns, id, 3)};
  }

  Sizes pool(Pair kernel, Pair stride, Padding pad, Pair dilation, bool ceil) const {
    want_rank(in(), 4);
    const Window rows{kernel.h, stride.h, pad.top + pad.bottom, dilation.h, ceil, pad.top};
    const Window columns{kernel.w, stride.w, pad.left + pad.right, dilation.w, ceil, pad.left};
    return {in()[0], in()[1], windowed(in()[2], rows, id, 2), windowed(in()[3], columns, id, 3)};
  }
  Sizes operator()(const MaxPool& op) const {
    return pool(op.kernel, op.stride, op.pad, op.dilation, op.ceil_mode);
  }
  Sizes operator()(const AveragePool& op) const {
    return pool(op.kernel, op.stride, op.pad, {1, 1}, op.ceil_mode);
  }

  Sizes operator()(const Linear& op) const {
    if (in().empty()) reject("takes no scalar");
    Sizes out = in();
    out.back() = constant_size(op.weight.dim(0));
    return out;
  }

  Sizes operator()(const BatchNorm&) const { return in(); }
  Sizes operator()(const Activation&) const { return in(); }
  Sizes operator()(const FakeQuantize&) const { return in(); }
  Sizes operator()(const PRelu&) const { return in(); }
  Sizes operator()(const Softmax& op) const {
    axis_of(op.axis, in().size());
    return in();
  }

  Sizes operator()(const Arithmetic&) const {
    const Sizes &a = inputs[0], &b = inputs[1];
    const std::size_t rank = std::max(a.size(), b.size());
    Sizes out(rank);
    for (std::size_t i = 0; i < rank; ++i) {
      const auto at = [&](const Sizes& s) {
        return i + s.size() < rank ? constant_size(1) : s[i + s.size() - rank];
      };
      out[i] = broadcast(at(a), at(b), id, static_cast<int>(i));
    }
    return out;
  }

  Sizes operator()(const Concat& op) const {
    Sizes out = in();
    const std::size_t axis = axis_of(op.axis, out.size());
    for (const Sizes& other : inputs.subspan(1)) {
      want_rank(other, out.size());
      for (std::size_t i = 0; i < out.size(); ++i) {
        if (i == axis) {
          out[i] = add(out[i], other[i]);
        } else if (other[i].is_constant()) {
          if (out[i].is_constant() && out[i] != other[i]) reject("joins unlike shapes");
          out[i] = other[i];
        }
      }
    }
    if (inputs.size() > 1 && !out[axis].is_constant()) {
      out[axis] = own_size(id, static_cast<int>(axis), out[axis].value);
    }
    return out;
  }

  Sizes operator()(const Slice& op) const {
    Sizes out = in();
    const std::size_t axis = axis_of(op.axis, out.size());
    out[axis] = mapped(out[axis], id, static_cast<int>(axis), [&](std::int64_t size) {
      const auto bound = [&](std::int64_t i) {
        return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size);
      };
      const std::int64_t room = bound(op.end) - bound(op.begin);
      return room <= 0 ? 0 : (room - 1) / op.step + 1;
    });
    return out;
  }

  Sizes operator()(const Transpose& op) const {
    want_rank(in(), op.order.size());
    Sizes out;
    for (const int axis : op.order) out.push_back(in()[axis_of(axis, in().size())]);
    return out;
  }

  Sizes operator()(const Reshape& op) const {
    Sizes out, left = in();  // `left`: what the inferred dimension must make up for
    std::optional<std::size_t> inferred;
    Size product = constant_size(1);
    for (std::size_t i = 0; i < op.dims.size(); ++i) {
      const Dim& dim = op.dims[i];
      out.push_back(constant_size(dim.value));
      if (dim.kind == Dim::Kind::infer) {
        inferred = i;
        continue;
      }
      if (dim.kind == Dim::Kind::copy) {
        const Sizes& lender = inputs[static_cast<std::size_t>(dim.source)];
        out.back() = lender[axis_of(dim.axis, lender.size())];
      }
      const auto same = std::find(left.begin(), left.end(), out.back());
      if (same != left.end()) {
        left.erase(same);
      } else {
        product = multiply(product, out.back());
      }
    }
    if (!inferred) return out;
    out[*inferred] = rest(left, product, static_cast<int>(*inferred));
    return out;
  }

  /// The product of `left` divided by `product`.
  Size rest(const Sizes& left, const Size& product, int axis) const {
    Size total = constant_size(1);
    for (const Size& size : left) total = multiply(total, size);
    if (product.is(1) && (total.is_constant() || total.node >= 0)) return total;
    if (total.value && product.value && (*product.value == 0 || *total.value % *product.value)) {
      reject(std::to_string(*total.value) + " elements do not fill rows of " +
             std::to_string(*product.value));
    }
    const Size quotient = divide(total, product);
    return quotient.is_constant() || quotient.node >= 0 ? quotient
                                                        : own_size(id, axis, quotient.value);
  }

  Sizes operator()(const Pad& op) const {
    want_rank(in(), op.before.size());
    Sizes out = in();
    for (std::size_t i = 0; i < out.size(); ++i) {
      const Size more = add(constant_size(op.before[i]), constant_size(op.after[i]));
      if (more.is(0)) continue;
      const Size sum = add(out[i], more);
      if (sum.value.value_or(0) < 0) reject("crops more than there is");
      out[i] = sum.is_constant() ? sum : own_size(id, static_cast<int>(i), sum.value);
    }
    return out;
  }

  Size scaled(const Size& in, float scale, int axis) const {
    if (scale == std::floor(scale) && scale < 65536.0f) {
      return multiply(in, constant_size(static_cast<std::int64_t>(scale)));
    }
    return mapped(in, id, axis, [&](std::int64_t size) {
      return static_cast<std::int64_t>(std::floor(static_cast<float>(size) * scale));
    });
  }

  Sizes operator()(const Resize& op) const {
    want_rank(in(), 4);
    Sizes out = in();
    out[2] = op.scale_h > 0 ? scaled(in()[2], op.scale_h, 2) : constant_size(op.height);
    out[3] = op.scale_w > 0 ? scaled(in()[3], op.scale_w, 3) : constant_size(op.width);
    return out;
  }

  Sizes operator()(const RoiPool& op) const {
    want_rank(in(), 4);
    want_rank(inputs[1], 2);
    return {inputs[1][0], in()[1], constant_size(op.size.h), constant_size(op.size.w)};
  }

  Sizes operator()(const Proposals& op) const {
    want_rank(in(), 4);
    return {multiply(in()[0], constant_size(op.kept)), constant_size(5)};
  }

  Sizes operator()(const Reduce& op) const {
    std::vector<bool> gone(in().size());
    for (const int axis : op.axes) gone[axis_of(axis, in().size())] = true;
    Sizes out;
    for (std::size_t i = 0; i < in().size(); ++i) {
      if (!gone[i]) out.push_back(in()[i]);
      if (gone[i] && op.keep_dims) out.push_back(constant_size(1));
    }
    return out;
  }
};

}  // namespace

Sizes infer_sizes(const Op& op, std::span<const Sizes> inputs, NodeId id) {
  return std::visit(Rule{inputs, id}, op);
}

}  // namespace bench
