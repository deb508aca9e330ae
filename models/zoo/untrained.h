#pragma once
// Writes an untrained network layer by layer: weights of He's variance, batch norm statistics as a
// trained network might have them, all from one seed. Or a quantised one, whose weights have never
// been floats.

#include <string>

#include "models/graph.h"
#include "models/random.h"
#include "models/zoo/build.h"

namespace bench {

struct ConvShape {
  int outputs = 1, kernel = 1, stride = 1, pad = 0, groups = 1;
  bool bias = false;
  int dilation = 1;
  Padding extra = {};  ///< added to `pad`
};

/// What TensorFlow's "SAME" adds around an image of this size so that the result has
/// ceil(size / stride) pixels: the odd one goes to the bottom and the right.
Padding same_padding(Pair size, int kernel, int stride, int dilation = 1);

class Untrained {
 public:
  /// A network whose image has this shape (-1: any). REQUIRES a known number of channels (axis 1).
  Untrained(const Build& build, Shape image);

  /// Each adds one node that reads the one added last, and gives its id. The number of channels (or
  /// features) is followed along.
  NodeId conv(const std::string& name, const ConvShape& shape);
  NodeId linear(const std::string& name, int outputs);
  /// gamma around `gain`.
  NodeId batch_norm(const std::string& name, float gain = 1, float epsilon = 1e-5f);
  NodeId relu(const std::string& name);
  NodeId relu6(const std::string& name);
  NodeId prelu(const std::string& name);
  NodeId max_pool(const std::string& name, int kernel, int stride, int pad);
  /// N x C x H x W to N x C.
  NodeId global_average_pool(const std::string& name);
  /// N x C x H x W to N x (C H W); `pixels` is H W.
  NodeId flatten(const std::string& name, int pixels);
  /// The sum of the one added last and `other`.
  NodeId add(const std::string& name, NodeId other);
  /// Any op that keeps the number of channels, on the one added last or on these.
  NodeId append(const std::string& name, Op op) { return join(name, std::move(op), {here_}); }
  NodeId join(const std::string& name, Op op, std::vector<NodeId> inputs);

  NodeId here() const { return here_; }
  int channels() const { return channels_; }
  /// Goes on from an earlier node, which has this many channels.
  void go_to(NodeId node, int channels);

  /// The network, which ends here.
  Graph finish(const std::string& output) &&;
  Graph finish(std::vector<Output> outputs) &&;

 private:
  Tensor he(Shape shape);
  Grid he_grid(const Shape& shape) const;
  Tensor bias(int outputs);
  template <class Layer>
  NodeId add_layer(const std::string& name, Layer layer, Shape weight, bool has_bias);

  Graph graph_;
  Random random_;
  Parameters parameters_;
  NodeId here_ = 0;
  int channels_ = 0;
};

}  // namespace bench
