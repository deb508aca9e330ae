#include "bench/backends/one_bit/follow.h"

#include <algorithm>
#include <limits>

#include "bench/onednn/elementwise.h"
#include "bench/onednn/fuse.h"

namespace bench::one_bit {
namespace {

class Following {
 public:
  Following(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms, NodeId layer)
      : graph_(graph), shapes_(shapes), forms_(forms), value_(layer) {}

  void scale(std::vector<float> by) {
    const auto is_one = [](float x) { return x == 1; };
    if (!std::ranges::all_of(by, is_one)) add(tail::Scale{std::move(by)});
  }
  void shift(std::vector<float> by) { add(tail::Shift{std::move(by)}); }

  // Takes the node that follows, if it can and may.
  bool take(NodeId next, const std::set<NodeId>& taken) {
    if (!forms_.floats(next) || forms_.passes_signs(next) || shape(next) != shape(value_) ||
        taken.contains(next) || !append(next)) {
      return false;
    }
    followers_.nodes.push_back(next);
    value_ = next;
    return true;
  }

  NodeId value() const { return value_; }
  Followers result() && { return std::move(followers_); }

 private:
  const Node& node(NodeId id) const { return graph_.nodes[static_cast<std::size_t>(id)]; }
  const Shape& shape(NodeId id) const { return shapes_[static_cast<std::size_t>(id)]; }
  std::size_t channels() const { return static_cast<std::size_t>(shape(value_)[1]); }
  void add(TailOp op) { followers_.tail.ops.push_back(std::move(op)); }

  std::vector<float> per_channel(const Tensor& numbers) const {
    const auto data = numbers.data<float>();
    if (data.size() == 1) return std::vector<float>(channels(), data[0]);
    return {data.begin(), data.end()};
  }

  bool append(NodeId id) {
    const Op& op = node(id).op;
    if (const auto* norm = std::get_if<BatchNorm>(&op)) {
      onednn::Affine affine = onednn::affine_of(*norm);
      add(tail::Scale{std::move(affine.scale)});
      shift(std::move(affine.shift));
      return true;
    }
    if (const auto* prelu = std::get_if<PRelu>(&op)) {
      add(tail::Slope{per_channel(prelu->slope)});
      return true;
    }
    if (const auto* activation = std::get_if<Activation>(&op)) return append(*activation);
    const auto* arithmetic = std::get_if<Arithmetic>(&op);
    return arithmetic && append(id, arithmetic->kind);
  }

  bool append(const Activation& activation) {
    using Kind = Activation::Kind;
    switch (activation.kind) {
      case Kind::relu: add(tail::Clip{0, std::numeric_limits<float>::infinity()}); return true;
      case Kind::clip: add(tail::Clip{activation.alpha, activation.beta}); return true;
      case Kind::leaky_relu:
        add(tail::Slope{std::vector<float>(channels(), activation.alpha)});
        return true;
      default: return false;
    }
  }

  bool append(NodeId id, Arithmetic::Kind kind) {
    using Kind = Arithmetic::Kind;
    const NodeId other = onednn::other_operand(node(id), value_);
    if (const auto* constant = std::get_if<Constant>(&node(other).op)) {
      if (!onednn::is_per_channel(shape(other), shape(value_))) return false;
      std::vector<float> numbers = per_channel(constant->value);
      const bool first = node(id).inputs[0] == value_;
      if (kind == Kind::mul) scale(std::move(numbers));
      if (kind == Kind::add) shift(std::move(numbers));
      if (kind == Kind::sub && first) {
        for (float& x : numbers) x = -x;
        shift(std::move(numbers));
      }
      return kind == Kind::mul || kind == Kind::add || (kind == Kind::sub && first);
    }
    // Maps of one pixel may be of one size here and not with another input.
    const bool one_pixel = shape(value_).size() == 4 && shape(value_)[2] * shape(value_)[3] == 1;
    if (kind != Kind::add || one_pixel || shape(other) != shape(value_)) return false;
    add(tail::AddOperand{followers_.operands.size()});
    followers_.operands.push_back(other);
    return true;
  }

  const Graph& graph_;
  const std::vector<Shape>& shapes_;
  const Forms& forms_;
  NodeId value_;
  Followers followers_;
};

}  // namespace

Followers follow(const Graph& graph, const std::vector<Shape>& shapes, const Forms& forms,
                 NodeId layer, const SumScale& sums, const std::set<NodeId>& taken) {
  Following following(graph, shapes, forms, layer);
  following.scale(sums.scale);
  if (!sums.bias.empty()) following.shift(sums.bias);
  const std::size_t rank = shapes[static_cast<std::size_t>(layer)].size();
  const bool dense =
      std::holds_alternative<Linear>(graph.nodes[static_cast<std::size_t>(layer)].op);
  // A dense layer's outputs are its channels, which axis 1 is too, only in a matrix.
  if (rank != (dense ? 2u : 4u)) return std::move(following).result();
  const std::vector<NodeId> reader = onednn::sole_readers(graph);
  for (NodeId next = layer; next >= 0;) {
    next = reader[static_cast<std::size_t>(following.value())];
    if (next >= 0 && !following.take(next, taken)) break;
  }
  return std::move(following).result();
}

}  // namespace bench::one_bit
