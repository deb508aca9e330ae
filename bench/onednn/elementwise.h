#pragma once
// What follows a convolution, a matrix product or a binary operation in the same primitive.

#include <vector>

#include "bench/onednn/planner.h"

namespace bench::onednn {

/// An element-wise function of oneDNN.
struct Function {
  dnnl::algorithm algorithm;
  float alpha = 0, beta = 0;
};

/// The functions that make an activation, one after the other.
std::vector<Function> functions_of(const Activation& activation);

/// oneDNN's name for it. REQUIRES kind != pow.
dnnl::algorithm algorithm_of(Arithmetic::Kind kind);

/// Batch norm as x * scale + shift, computed in double and rounded once.
struct Affine {
  std::vector<float> scale, shift;
};
Affine affine_of(const BatchNorm& norm);

/// C numbers as an operand of a tensor of `rank` axes: 1 x C x 1 x 1.
Desc per_channel(std::int64_t channels, std::size_t rank);

/// What a step's nodes after the first make of each element. Nothing is added to the plan until
/// `arguments` is called.
class PostOps {
 public:
  /// `dst`: the layout of the step's result, as the primitive sees it.
  PostOps(Planner& planner, const Desc& dst) : planner_(planner), dst_(dst) {}

  /// All nodes of the step but the first.
  PostOps& append_followers(const Step& step);
  /// Batch norm's shift, after a multiplication by its scale.
  PostOps& append_shift(NodeId norm);

  const dnnl::post_ops& ops() const { return ops_; }
  /// The operands the primitive has to be given, reordered where needed.
  std::vector<Argument> arguments() const;
  bool read_maps() const;  ///< whether an operand has an element for each of the result

 private:
  struct Operand {
    int id = 0;
    NodeId node = -1;  ///< to be read as `layout`, or
    Desc layout;
    dnnl::memory fixed;
  };

  void append(NodeId node, NodeId value);
  void append_activation(const Activation& activation);
  void append_prelu(NodeId id);
  void append_arithmetic(NodeId id, NodeId value);
  void append_binary(dnnl::algorithm algorithm, Operand operand);

  Planner& planner_;
  Desc dst_;
  dnnl::post_ops ops_;
  std::vector<Operand> operands_;
};

/// The scale or shift of a BatchNorm node.
dnnl::memory scale_of(Planner& planner, NodeId id, const Desc& layout);
dnnl::memory shift_of(Planner& planner, NodeId id, const Desc& layout);

/// A place for memory the program holds.
Place fixed_place(const dnnl::memory& memory);

}  // namespace bench::onednn
