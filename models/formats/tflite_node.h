#pragma once
// A network being read from a TFLite file, and one operator of it as the mapping of its kind sees
// it. Tensors with four axes are N x H x W x C in the file and N x C x H x W in the graph; all
// others lie alike.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/formats/formats.h"
#include "models/formats/tflite_tensor.h"

namespace bench {

/// What has been read so far.
struct TfliteNetwork {
  FlatBuffer& file;
  std::vector<TfliteTensor> tensors;
  std::vector<NodeId> nodes;  ///< that give the tensors; -1 while there is none
  Graph graph = {};
  std::vector<Shape> shapes = {};  ///< of the graph's nodes; an open batch is 1
  /// The FakeQuantize node on whose grid (of one scale) a node's result is; -1 for none.
  std::vector<NodeId> quantised_by = {};
  std::set<std::string> names = {};
  std::set<int> weight_types = {};  ///< that are no 32-bit floats

  /// Adds a node under `name`, with a number behind it if that is taken. Throws Error{bad_data}
  /// naming the node if it does not fit its inputs.
  NodeId add(std::string name, Op op, std::vector<NodeId> inputs);
  /// `node` put onto `grid`; itself, if it is on it already or there is none.
  NodeId on_grid(NodeId node, std::optional<Grid> grid);
  /// `node` gives tensor `tensor`, once it is put onto its grid.
  void define(int tensor, NodeId node);

 private:
  const Grid* grid_at(NodeId quantiser) const;
  /// quantised_by of a node of this op.
  NodeId grid_kept_by(const Op& op, const std::vector<NodeId>& inputs) const;
};

/// What an operator does to its result, as the file numbers it.
enum class TfliteFused { none, relu, relu_n1_to_1, relu6, tanh };

class TfliteNode {
 public:
  TfliteNode(const FlatTable& op, TfliteNetwork& network);

  const std::string& name() const { return name_; }

  // Options, by the number of their field. An absent one has its default.
  int integer(int field, int otherwise = 0) const;
  bool flag(int field) const { return enumerator(field) != 0; }
  int enumerator(int field) const;
  float real(int field, float otherwise) const;
  std::vector<std::int64_t> integers(int field) const;
  /// A positive size of at most 65536.
  int size(int field, int otherwise = 0) const;

  // Inputs. Asking for one that is absent throws Error{bad_data}, but for has_input.
  std::size_t input_count() const { return inputs_.size(); }
  bool has_input(std::size_t i) const { return i < inputs_.size() && inputs_[i] >= 0; }
  bool is_constant(std::size_t i) const { return tensor(i).is_constant(); }
  const TfliteTensor& tensor(std::size_t i) const;
  /// Input i as a node. Throws Error{bad_data} unless an earlier operator gives it.
  NodeId input(std::size_t i);
  std::size_t input_rank(std::size_t i);
  /// Input i, as a node whose axes fit a result of `rank` axes by broadcasting.
  NodeId operand(std::size_t i, std::size_t rank);
  /// The values of parameter i in the file's order.
  Tensor parameter(std::size_t i);
  /// Input 1 and, if there is one, input 2 as a layer holds them; `channels` as for stored_weight.
  TfliteParameter weight(int channels);
  TfliteParameter bias();
  std::vector<std::int64_t> whole_numbers(std::size_t i);

  /// The shape of a node's result in the graph, and in the file's order.
  const Shape& shape(NodeId node) const { return net_.shapes[static_cast<std::size_t>(node)]; }
  std::size_t rank(NodeId node) const { return shape(node).size(); }
  Shape file_shape(NodeId node) const;
  /// The axis of a graph's tensor that the file calls `axis`.
  static int graph_axis(std::int64_t axis, std::size_t rank);

  /// Adds a node named after the operator's result and `suffix`.
  NodeId add(Op op, std::vector<NodeId> inputs, const std::string& suffix = "");
  /// `node` seen in another shape, given and read in the file's order.
  NodeId reshaped(NodeId node, const Shape& file_shape);

  const TfliteTensor& result() const;
  /// Sizes, axes or indices: what it computes stands in the file as the shape of a later result.
  bool gives_only_indices() const;
  /// `node`, followed by the function that `fused` names, is the operator's result.
  void give(NodeId node, int fused = 0);
  /// Input i and the result are the same numbers. Parameters stay parameters.
  void pass_on(std::size_t i);

 private:
  const TfliteTensor& constant(std::size_t i);

  TfliteNetwork& net_;
  std::optional<FlatTable> options_;
  std::vector<std::int32_t> inputs_, outputs_;
  std::string name_;
};

}  // namespace bench
