#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/passes/rewrite.h"
#include "models/shapes.h"

namespace bench {
namespace {

// y = scale[c] x + shift[c] per output channel.
struct Affine {
  std::vector<double> scale, shift;

  explicit Affine(std::size_t channels) : scale(channels, 1.0), shift(channels, 0.0) {}

  bool is_finite() const {
    const auto finite = [](double x) { return std::isfinite(x); };
    return std::ranges::all_of(scale, finite) && std::ranges::all_of(shift, finite);
  }

  // What doing this and then `next` does.
  Affine then(const Affine& next) const {
    Affine both = *this;
    for (std::size_t c = 0; c < scale.size(); ++c) {
      both.scale[c] *= next.scale[c];
      both.shift[c] = shift[c] * next.scale[c] + next.shift[c];
    }
    return both;
  }
};

Affine affine_of(const BatchNorm& op) {
  Affine result(static_cast<std::size_t>(op.gamma.size()));
  for (std::size_t c = 0; c < result.scale.size(); ++c) {
    result.scale[c] = op.gamma.data<float>()[c] /
                      std::sqrt(double{op.variance.data<float>()[c]} + double{op.epsilon});
    result.shift[c] = op.beta.data<float>()[c] - op.mean.data<float>()[c] * result.scale[c];
  }
  return result;
}

// x op operand, or operand op x if `reversed`; nothing if that is no affine function of x.
std::optional<Affine> affine_of(Arithmetic::Kind kind, const Tensor& operand, bool reversed,
                                std::size_t channels) {
  Affine result(channels);
  const auto values = operand.data<float>();
  for (std::size_t c = 0; c < channels; ++c) {
    const double k = values[values.size() == 1 ? 0 : c];
    switch (kind) {
      case Arithmetic::Kind::add: result.shift[c] = k; break;
      case Arithmetic::Kind::sub:
        result.scale[c] = reversed ? -1 : 1;
        result.shift[c] = reversed ? k : -k;
        break;
      case Arithmetic::Kind::mul: result.scale[c] = k; break;
      case Arithmetic::Kind::div:
        if (reversed) return std::nullopt;
        result.scale[c] = 1 / k;
        break;
      default: return std::nullopt;
    }
  }
  return result;
}

// Whether `operand` holds one number, or one per channel, and broadcasts onto a tensor of `rank`
// axes with its channels on `axis` without enlarging it.
bool is_per_channel(const Shape& operand, std::size_t rank, std::size_t axis,
                    std::int64_t channels) {
  if (operand.size() > rank) return false;
  const std::size_t missing = rank - operand.size();
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const bool on_axis = missing + i == axis;
    if (operand[i] != 1 && !(on_axis && operand[i] == channels)) return false;
  }
  return true;
}

// weight *= scale, bias = bias * scale + shift, rounded once.
template <class Layer>
void absorb(Layer& op, const Affine& affine) {
  const auto channels = static_cast<std::int64_t>(affine.scale.size());
  const auto weights = op.weight.template data<float>();
  const std::size_t per_channel = weights.size() / affine.scale.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<float>(weights[i] * affine.scale[i / per_channel]);
  }
  const auto zero = [](double x) { return x == 0; };
  if (op.bias.empty() && std::ranges::all_of(affine.shift, zero)) return;
  if (op.bias.empty()) op.bias = Tensor(Shape{channels});
  const auto bias = op.bias.template data<float>();
  for (std::size_t c = 0; c < bias.size(); ++c) {
    bias[c] = static_cast<float>(bias[c] * affine.scale[c] + affine.shift[c]);
  }
}

class Folding {
 public:
  explicit Folding(Graph graph)
      : graph_(std::move(graph)),
        readers_(count_readers(graph_)),
        ranks_(infer_ranks(graph_)),
        redirection_(graph_) {}

  Graph run() && {
    for (std::size_t i = 1; i < graph_.nodes.size(); ++i) fold(static_cast<NodeId>(i));
    for (const auto& [id, affine] : pending_) {
      Op& op = graph_.nodes[static_cast<std::size_t>(id)].op;
      if (auto* conv = std::get_if<Conv2d>(&op)) absorb(*conv, affine);
      if (auto* linear = std::get_if<Linear>(&op)) absorb(*linear, affine);
    }
    redirection_.apply(graph_);
    return remove_unread(std::move(graph_));
  }

 private:
  // Folds node `id` into the layer it reads, if it alone reads it.
  void fold(NodeId id) {
    const Node& node = graph_.nodes[static_cast<std::size_t>(id)];
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const NodeId layer = redirection_(node.inputs[i]);
      if (readers_[static_cast<std::size_t>(node.inputs[i])] != 1) continue;
      const auto affine = read_as_affine(node, i, layer);
      if (!affine || !affine->is_finite()) continue;
      const auto [pending, first] = pending_.try_emplace(layer, *affine);
      if (!first) pending->second = pending->second.then(*affine);
      redirection_.redirect(id, layer);
      return;
    }
  }

  // `node` as a function of its input number `i`, which comes from `layer`.
  std::optional<Affine> read_as_affine(const Node& node, std::size_t i, NodeId layer) const {
    const Op& source = graph_.nodes[static_cast<std::size_t>(layer)].op;
    const Tensor* weight = weight_of(source);
    if (!weight || has_grid(source)) return std::nullopt;
    const std::int64_t channels = weight->dim(0);
    const std::size_t rank = ranks_[static_cast<std::size_t>(layer)];
    const std::size_t axis = std::holds_alternative<Conv2d>(source) ? 1 : rank - 1;
    if (const auto* op = std::get_if<BatchNorm>(&node.op)) {
      if (axis != 1 || op->gamma.size() != channels) return std::nullopt;
      return affine_of(*op);
    }
    const auto* op = std::get_if<Arithmetic>(&node.op);
    if (!op) return std::nullopt;
    const Node& other = graph_.nodes[static_cast<std::size_t>(node.inputs[1 - i])];
    const auto* operand = std::get_if<Constant>(&other.op);
    if (!operand || !is_per_channel(operand->value.shape(), rank, axis, channels)) {
      return std::nullopt;
    }
    return affine_of(op->kind, operand->value, i == 1, static_cast<std::size_t>(channels));
  }

  Graph graph_;
  std::vector<int> readers_;
  std::vector<std::size_t> ranks_;
  Redirection redirection_;
  std::map<NodeId, Affine> pending_;
};

}  // namespace

Graph fold_batch_norm(Graph graph) { return Folding(std::move(graph)).run(); }

}  // namespace bench
