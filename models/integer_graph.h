#pragma once
// A quantised graph as integer arithmetic, spelled out: which integers are multiplied by which, and
// how sums become the numbers of the next grid. `lower` decides what is computed in integers and
// what is left in float; `evaluate` says what it all means, in plain loops. A backend that computes
// in integers runs this and gives the same integers, bit for bit.
//
// Values between nodes are numbers of a grid (at most 8 bits, one scale, no offset) or f32. Tensors
// of four axes are NCHW, as in the graph.

#include <array>
#include <cstdint>
#include <functional>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/graph.h"
#include "models/requantize.h"
#include "models/rescale.h"

namespace bench {

namespace integer {

/// f32 to numbers of the node's grid.
struct Quantize {};

/// f32 to i8 numbers, zero point 0, of a grid made from the values themselves: `largest` only, at
/// most 8 bits. The scale goes along with the numbers, to Layer and Dequantize.
struct QuantizeDynamic {
  DynamicGrid rule{};
};

/// Numbers to f32, by the grid of the input.
struct Dequantize {};

/// Conv2d or Linear: for output channel c, over the window w of the inputs x, padding x = its zero
/// point,
///   sum = bias[c] + sum of (x - zero point of x) (w - zero point of w[c])
/// in 32 bits, which `lower` has made sure suffice. The result is requantizer->apply(sum, c), or in
/// f32, where there is none, float(sum) * scale[c] + float_bias[c] (each rounded; with an input of
/// QuantizeDynamic scale[c] is first multiplied by its scale; there bias is 0).
struct Layer {
  bool linear = false;  ///< over the last axis; the geometry below is of no meaning then
  Tensor weight{};      ///< i8: O x I/groups x KH x KW, or O x I. u8 weights are moved by -128
  std::vector<std::int32_t> weight_zero_point{};  ///< one, or one for each O
  std::vector<std::int32_t> bias{};               ///< O
  Pair stride{};
  Padding pad{};
  Pair dilation{};
  int groups = 1;
  std::optional<Requantizer> requantizer{};  ///< with O channels; its range holds the activation
  std::vector<float> scale{}, float_bias{};  ///< O each; only without a requantizer
};

/// a + b.
struct Add {
  RescaledAdd rule;
};

/// a * b, numpy broadcasting: requantizer.apply((a - zero point) * (b - zero point), 0).
struct Multiply {
  Requantizer requantizer;
};

/// Windows as AveragePool's; an empty kernel (0 x 0) is the whole feature map, kept as 1 x 1 unless
/// `flat`, which drops both axes. With n numbers in a window, padding left out, of sum s:
/// averager(mode, input, n, ...).apply(s - n * zero point), or average_on_own_grid(s, n), clamped,
/// if `own_grid`. With count_include_pad, n is the kernel's size.
struct Average {
  AveragePool window{};
  bool flat = false;
  bool own_grid = false;
  Requantization mode = Requantization::float_scale;
};

/// The largest number.
struct Max {
  MaxPool window{};
};

/// Each number by itself: table[number - lowest(grid of the input)]. Activations between two grids,
/// and the step from one grid to another.
struct Lookup {
  std::vector<std::int32_t> table{};
};

/// x >= zero point ? positive.apply(x - zero point, 0)
///                 : negative.apply(sign * (x - zero point), c), sign[c] being that of the slope.
struct PReluNumbers {
  Requantizer positive, negative;
  std::vector<std::int32_t> sign{};  ///< one per channel (axis 1), or one for all; 0 for slope 0
};

/// Numbers change their place only: Concat (all inputs on the node's grid), Slice, Transpose,
/// Reshape, Pad (`value` being the number), Resize by nearest.
struct Move {
  Op op;
};

/// Resize by linear interpolation, input and result on one grid. See integer_graph.cpp.
struct ResizeLinear {
  Resize op{};
};

/// Softmax over one axis. See integer_graph.cpp.
struct SoftmaxNumbers {
  int axis = 1;
};

/// A float island, or what only stands between floats: any op on f32 inputs.
struct Float {
  Op op;
};

using Op = std::variant<Input, Quantize, QuantizeDynamic, Dequantize, Layer, Add, Multiply, Average,
                        Max, Lookup, PReluNumbers, Move, ResizeLinear, SoftmaxNumbers, Float>;

struct Node {
  std::string name;      ///< of the graph's node whose value this is; unique
  std::string computes;  ///< "Conv2d+Activation+FakeQuantize": the graph's ops it stands for
  Op op;
  std::vector<NodeId> inputs;  ///< of the IntegerGraph; all smaller than this node's own id
  std::optional<Grid> grid{};  ///< the result's; nothing: f32, or numbers of a dynamic grid
};

}  // namespace integer

struct IntegerGraph {
  std::vector<integer::Node> nodes;  ///< nodes[0] is the Input
  std::vector<Output> outputs;       ///< f32
  /// In the order of the graph. Quantising the image and dequantising outputs does not count.
  std::vector<FloatIsland> islands;
};

/// Takes the graph apart, weights and all. Throws Error{bad_data} naming node and value: weights
/// that are not finite, sums that could leave 32 bits, multipliers that no requantisation can
/// express. REQUIRES validate(graph).
IntegerGraph lower(Graph graph, Requantization mode);

/// The shape of each node's result. Throws as the graph's infer_shapes.
std::vector<Shape> infer_shapes(const IntegerGraph& graph, const Shape& input);

/// A value of an IntegerGraph: numbers as i32, or f32.
struct IntegerValue {
  Tensor numbers{};
  float dynamic_scale = 0;  ///< of numbers from QuantizeDynamic; else 0
};

using SeeIntegerValue = std::function<void(NodeId node, const IntegerValue& value)>;

/// The outputs for one f32 input, and `see` is shown every node's value on the way.
std::vector<Tensor> evaluate(const IntegerGraph& graph, const Tensor& input,
                             const SeeIntegerValue& see = {});

/// One node's value from its inputs', for tests of one layer at a time.
IntegerValue evaluate_node(const integer::Node& node, std::span<const IntegerValue* const> inputs,
                           std::span<const integer::Node* const> input_nodes, const Shape& shape);

}  // namespace bench
