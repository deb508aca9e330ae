#include "models/passes/unbalance.h"

#include <algorithm>
#include <cmath>

#include "models/passes/layers.h"
#include "models/passes/passes.h"
#include "models/passes/replace_relu6.h"
#include "models/random.h"

namespace bench {
namespace {

// A pair of layers as the graph has it, batch norm and all.
struct Chain {
  NodeId first = 0, second = 0;
  NodeId norm = -1;   ///< the first layer's, if it has one
  NodeId relu6 = -1;  ///< if one stands between
  std::size_t inputs_per_channel = 1;
};

bool is_relu6(const Op& op) {
  const auto* clip = std::get_if<Activation>(&op);
  return clip && clip->kind == Activation::Kind::clip && clip->alpha == 0 && clip->beta == 6;
}

void scale(Tensor& tensor, std::size_t channel, int exponent) {
  if (tensor.empty()) return;
  const auto values = tensor.data<float>();
  const std::size_t run = values.size() / static_cast<std::size_t>(tensor.dim(0));
  for (float& x : values.subspan(channel * run, run)) x = std::ldexp(x, exponent);
}

// Undoes the exponents of the layer before.
void scale_inputs(Op& layer, const std::vector<int>& exponents, std::size_t inputs_per_channel) {
  const LayerSize size = size_of_layer(layer);
  const auto weights = weight_of(layer)->data<float>();
  for (std::size_t at = 0; at < weights.size(); ++at) {
    const std::size_t o = at / (size.inputs * size.kernel), j = at / size.kernel % size.inputs;
    weights[at] = std::ldexp(weights[at], -exponents[size.input_of(o, j) / inputs_per_channel]);
  }
}

class Unbalancing {
 public:
  Unbalancing(Graph graph, const UnbalanceOptions& options, const ChannelMaxima* maxima, bool spare)
      : options_(options),
        maxima_(maxima),
        spare_(spare),
        random_(static_cast<std::uint64_t>(options.seed)),
        last_(last_readers(graph)) {
    for (const Node& one : graph.nodes) require_changeable(one);
    result_.graph = std::move(graph);
  }

  Unbalanced run() && {
    // Pairs are known of folded networks; names say where they are in this one.
    const Graph folded = replace_relu6(fold_batch_norm(result_.graph)).graph;
    LayerPairs pairs = find_layer_pairs(folded, true);
    result_.left = std::move(pairs.left);
    for (const LayerPair& pair : pairs.pairs) {
      if (const auto chain = find_chain(folded, pair)) {
        apply(*chain);
      } else {
        result_.left.push_back({folded.nodes[static_cast<std::size_t>(pair.first)].name,
                                "more than a batch norm stands behind it"});
      }
    }
    return std::move(result_);
  }

 private:
  Node& node(NodeId id) { return result_.graph.nodes[static_cast<std::size_t>(id)]; }

  // The single reader of a node that a pair is made through.
  NodeId reader_of(NodeId id) const { return last_[static_cast<std::size_t>(id)]; }

  // Readers one after the other: at most a batch norm, then what `folded` has between the layers.
  std::optional<Chain> find_chain(const Graph& folded, const LayerPair& pair) {
    const auto name = [&](NodeId id) { return folded.nodes[static_cast<std::size_t>(id)].name; };
    Chain chain{.first = find_node(result_.graph, name(pair.first)),
                .inputs_per_channel = pair.inputs_per_channel};
    NodeId at = reader_of(chain.first);
    if (std::holds_alternative<BatchNorm>(node(at).op)) {
      chain.norm = at;
      at = reader_of(at);
    }
    for (const NodeId between : pair.between) {
      if (node(at).name != name(between)) return std::nullopt;
      if (is_relu6(node(at).op)) chain.relu6 = at;
      at = reader_of(at);
    }
    if (node(at).name != name(pair.second)) return std::nullopt;
    chain.second = at;
    return chain;
  }

  void apply(const Chain& chain) {
    const auto channels = static_cast<std::size_t>(weight_of(node(chain.first).op)->dim(0));
    UnbalancedPair pair{node(chain.first).name, node(chain.second).name, {}, chain.relu6 >= 0};
    for (std::size_t c = 0; c < channels; ++c) {
      pair.exponents.push_back(draw(chain, c));
      scale_output(chain, c, pair.exponents[c]);
    }
    scale_inputs(node(chain.second).op, pair.exponents, chain.inputs_per_channel);
    result_.pairs.push_back(std::move(pair));
  }

  int draw(const Chain& chain, std::size_t channel) {
    const int drawn = random_.integer(options_.lowest, options_.highest);
    if (chain.relu6 < 0) return drawn;
    const bool reaches = reaches_6(node(chain.relu6).name, channel);
    return reaches && spare_ ? 0 : std::min(drawn, 0);
  }

  bool reaches_6(const std::string& relu6, std::size_t channel) {
    const auto known = maxima_ ? maxima_->find(relu6) : ChannelMaxima::const_iterator{};
    if (!maxima_ || known == maxima_->end() || known->second.at(channel) < 6) return false;
    result_.reaching_6.push_back(relu6 + " channel " + std::to_string(channel));
    return true;
  }

  void scale_output(const Chain& chain, std::size_t c, int exponent) {
    if (chain.norm >= 0) {
      auto& norm = std::get<BatchNorm>(node(chain.norm).op);
      scale(norm.gamma, c, exponent);
      scale(norm.beta, c, exponent);
    } else {
      scale(*weight_of(node(chain.first).op), c, exponent);
      scale(*bias_of(node(chain.first).op), c, exponent);
    }
  }

  const UnbalanceOptions options_;
  const ChannelMaxima* maxima_;
  const bool spare_;
  Random random_;
  const std::vector<NodeId> last_;
  Unbalanced result_;
};

}  // namespace

Unbalanced unbalance(Graph graph, const UnbalanceOptions& options, const ChannelMaxima* maxima,
                     bool spare) {
  return Unbalancing(std::move(graph), options, maxima, spare).run();
}

}  // namespace bench
