#pragma once
// One node of an ONNX file as the mapping of its operator sees it. Whatever a mapping asks for
// counts as understood; an attribute or input it never asked for refuses the node, so that nothing
// in a file is passed over in silence.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/formats/onnx_graph.h"
#include "models/formats/reject.h"

namespace bench {

struct OnnxAttribute {
  std::string name;
  std::variant<std::monostate, std::int64_t, float, std::string, std::vector<std::int64_t>,
               std::vector<float>, Tensor>
      value;
  bool understood = false;
};

/// The node's own words, without protobuf.
struct OnnxNodeText {
  std::string type, name;
  std::vector<std::string> inputs, outputs;
  std::vector<OnnxAttribute> attributes;
};

/// A weight or bias: reals, or a grid's numbers.
struct LayerParameter {
  Tensor values;
  std::optional<Grid> grid = {};
};

class OnnxNode {
 public:
  /// `on_numbers`: whether the operator only chooses or moves elements, so that it means the same
  /// on quantised numbers.
  OnnxNode(OnnxNodeText text, int opset, OnnxGraph& graph, bool on_numbers = false);

  int opset() const { return opset_; }
  const std::string& type() const { return text_.type; }
  const std::string& name() const { return text_.name; }

  // Attributes. Each throws Error{bad_data} if the attribute is of another type.
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  bool flag(std::string_view name, bool otherwise = false) { return integer(name, otherwise) != 0; }
  float real(std::string_view name, float otherwise);
  std::string text(std::string_view name, std::string otherwise);
  std::optional<std::vector<std::int64_t>> integers(std::string_view name);
  std::optional<std::vector<float>> reals(std::string_view name);
  std::optional<Tensor> tensor(std::string_view name);
  /// Has no meaning for inference, or none in this form of the operator.
  void ignore(std::string_view name) { take(name); }

  // Inputs. Asking for one that is absent throws Error{bad_data}, but for has_input.
  std::size_t input_count() const { return text_.inputs.size(); }
  bool has_input(std::size_t i) const { return i < input_count() && !text_.inputs[i].empty(); }
  std::size_t output_count() const { return text_.outputs.size(); }
  void ignore_input(std::size_t i) { value(i); }
  /// Input i whatever it is, for operators that change nothing.
  OnnxValue pass_on(std::size_t i);
  /// Input i as reals. Quantised numbers count as what they stand for if the operator works on
  /// them, and then what it gives is on their grid. Throws Error{unsupported} if it does not, or if
  /// it reads several grids.
  NodeId input(std::size_t i);
  /// Whether input i is numbers of a grid, computed from the image.
  bool is_numbers(std::size_t i) { return std::holds_alternative<OnnxNumbers>(value(i)); }
  /// REQUIRES is_numbers(i).
  const OnnxNumbers& numbers(std::size_t i) { return std::get<OnnxNumbers>(value(i)); }
  /// What they stand for. REQUIRES is_numbers(i).
  NodeId on_grid(std::size_t i) { return graph_.on_grid(std::get<OnnxNumbers>(value(i))); }
  /// What DequantizeLinear made of constant numbers of 8 bits, if input i is that; else null.
  const OnnxParameter* quantised_parameter(std::size_t i);
  /// Whether input i is known while reading, and not as whole numbers of a shape.
  bool is_constant(std::size_t i);
  /// Constant data of any type, whole numbers included. Throws Error{unsupported} naming `what` if
  /// the input is computed from the image.
  Tensor constant(std::size_t i, std::string_view what);
  /// The same as reals.
  Tensor parameter(std::size_t i, std::string_view what);
  /// The same; or as numbers, if that is what it is made from by DequantizeLinear.
  LayerParameter layer_parameter(std::size_t i, std::string_view what);
  Integers whole_numbers(std::size_t i);
  /// Whole numbers that are known while reading. Throws Error{unsupported} if they follow an open
  /// image size.
  std::vector<std::int64_t> known_numbers(std::size_t i);
  /// Whether input i is whole numbers of a shape, or a constant list of a whole type.
  bool is_whole(std::size_t i);
  /// Whether this node computes shapes: no input depends on the image's content, and some is whole
  /// numbers of a shape or all are is_whole.
  bool on_shapes();

  const Sizes& sizes(NodeId node) const { return graph_.sizes(node); }
  std::size_t rank(NodeId node) const { return sizes(node).size(); }
  /// `axis`, which may be negative, of a tensor with `rank` dimensions; checked.
  static int axis_of(std::int64_t axis, std::size_t rank);

  NodeId add(Op op, std::vector<NodeId> inputs = {});
  NodeId reshape(NodeId data, const Sizes& target) { return graph_.reshape(name(), data, target); }

  /// The node's results, in order. A mapping gives at least the first.
  void give(OnnxValue value);

  /// Throws unless the mapping gave a result and asked for all there is.
  void check_all_understood() const;

 private:
  OnnxAttribute* take(std::string_view name);
  template <class T>
  T* take_as(std::string_view name, std::string_view kind);
  OnnxValue& value(std::size_t i);
  NodeId carry(std::size_t i, OnnxNumbers& numbers);
  /// The tensor, counted as copied.
  const Tensor& copy(const Tensor& tensor);

  OnnxNodeText text_;
  int opset_;
  OnnxGraph& graph_;
  std::vector<bool> asked_;  // of the inputs
  std::size_t given_ = 0;    // results
  bool on_numbers_;
  std::optional<Grid> carried_ = {};  // of the quantised numbers it works on
};

}  // namespace bench
