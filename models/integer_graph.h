#pragma once
// A quantised graph as integer arithmetic, spelled out: which integers are multiplied by which, and
// how sums become the numbers of the next grid. `lower` decides what is computed in integers and
// what is left in float; `evaluate` says what it all means, in plain loops. A backend that computes
// in integers runs this and gives the same integers, bit for bit.
//
// Values between nodes are numbers of a grid (at most 8 bits, one scale, no offset) or f32. Tensors
// of four axes are NCHW, as in the graph.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "models/graph.h"
#include "models/requantize.h"
#include "models/rescale.h"

namespace bench {

namespace integer {

/// Numbers known beforehand, i32.
struct Known {
  Tensor numbers{};
};

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
/// in 32 bits, which `lower` has made sure suffice for the whole sum (a part of it may wrap around
/// on the way). The result is requantizer->apply(sum, c), or negative->apply(sum, c) where there is
/// one and sum < 0 (a leaky ReLU: its multipliers hold the slopes). In f32, without a requantizer,
/// it is float(sum) * scale[c] + float_bias[c] (each rounded; with an input of QuantizeDynamic
/// scale[c] is first multiplied by its scale), and bias is 0.
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
  std::optional<Requantizer> negative{};     ///< with O channels; else as the requantizer
  std::vector<float> scale{}, float_bias{};  ///< O each; only without a requantizer
};

/// a + b, numpy broadcasting.
struct Add {
  RescaledAdd rule;
};

/// a * b, numpy broadcasting: requantizer.apply((a - zero point) * (b - zero point), 0).
struct Multiply {
  Requantizer requantizer;
};

/// Windows as AveragePool's; an empty kernel (0 x 0) is the whole feature map, kept as 1 x 1 unless
/// `flat`, which drops both axes. With s the sum of (x - zero point) over a window, padding being
/// the zero point, and n what AveragePool divides by:
///   averager(mode, input grid, n, scale of the node's grid, target).apply(s), or
///   average_on_own_grid(s + n * zero point, n), clamped to target, if `own_grid`.
struct Average {
  AveragePool window{};
  bool flat = false;
  bool own_grid = false;
  Requantization mode = Requantization::float_scale;
  TargetRange target{};  ///< of the node's grid; it holds the activation
};

/// The largest number.
struct Max {
  MaxPool window{};
};

/// RoiPool of numbers: the inputs are numbers, among which 0 is one, and regions in f32.
struct MaxOfRegions {
  RoiPool op{};
};

/// Each number by itself: table[number - lowest(grid of the input)]. Activations between two grids,
/// and the step from one grid to another.
struct Lookup {
  std::vector<std::int32_t> table{};
};

/// x >= zero point ? positive.apply(x - zero point, 0)
///                 : negative.apply(sign[c] * (x - zero point), c), sign that of the slope.
struct PReluNumbers {
  Requantizer positive, negative;    ///< negative has as many channels as there are slopes
  std::vector<std::int32_t> sign{};  ///< one per channel (axis 1), or one for all; 0 for slope 0
};

/// Numbers change their place only: Concat (all inputs on the node's grid), Slice, Transpose,
/// Reshape, Pad (`value` being the number), Resize by nearest.
struct Move {
  bench::Op op;
};

/// Resize by linear interpolation, input and result on one grid. With the neighbours of
/// linear_taps(...) along both axes and their weights, t being those of the second one:
///   s = sum over the four of number * (2^10 - ty or ty) * (2^10 - tx or tx)
/// which fits 29 bits, and the result is s / 2^20, half away from the number 0.
struct ResizeLinear {
  Resize op{};
};

/// Softmax over one axis of n < 2^16 numbers. With d = (the largest number on the line) - x, all in
/// 64 bits:
///   e = exponentials[d]                       exp(-d * input scale) * 2^24, to nearest
///   floor((2 e * inverse + S) / (2 S)),  S = 2^16 * sum of e
/// plus the zero point, clamped to target.
struct SoftmaxNumbers {
  int axis = 1;                                  ///< may be negative: from the end
  std::vector<std::int32_t> exponentials{};      ///< for d = 0 .. highest - lowest of the input
  std::int64_t inverse = std::int64_t{1} << 24;  ///< 2^16 / output scale, to nearest; below 2^37
  TargetRange target{};                          ///< of the node's grid
};

/// A float island, or what only stands between floats: any op on f32 inputs. Its parameters are
/// f32 and on no grid: what a grid makes of them has been computed.
struct Float {
  bench::Op op;
};

using Op = std::variant<Input, Known, Quantize, QuantizeDynamic, Dequantize, Layer, Add, Multiply,
                        Average, Max, MaxOfRegions, Lookup, PReluNumbers, Move, ResizeLinear,
                        SoftmaxNumbers, Float>;

struct Node {
  std::string name;      ///< of the graph's node whose value this is; unique
  std::string computes;  ///< "Conv2d+Activation+FakeQuantize": the graph's ops it stands for
  Op op;
  std::vector<NodeId> inputs;  ///< of the IntegerGraph; all smaller than this node's own id
  std::optional<Grid> grid{};  ///< the result's; nothing: f32, or numbers of a dynamic grid
};

/// A pixel of the result of a linear Resize along one axis: the two pixels of the input it lies
/// between, and the weight of the second one in 1024ths (to nearest; the first one has the rest).
struct LinearTap {
  std::int64_t first = 0, second = 0;
  std::int32_t second_weight = 0;
};

/// For each of the `out` pixels along an axis of `in` pixels; `scale` as in the op, 0 where it
/// gives sizes.
std::vector<LinearTap> linear_taps(const Resize& op, std::int64_t in, std::int64_t out,
                                   float scale);

}  // namespace integer

struct IntegerGraph {
  std::vector<integer::Node> nodes;  ///< nodes[0] is the Input
  std::vector<Output> outputs;       ///< f32
  /// In the order of the graph. Quantising the image, moving floats about and dequantising outputs
  /// do not count.
  std::vector<FloatIsland> islands;
};

/// In integers: layers with numbers on both sides, with the leaky ReLU or PRelu (slopes above 0)
/// and the relu or clip that alone read them, onto the grid that all their readers want, be it
/// behind ops that only move, pick or clamp values; sums, products, averages, PRelu and Softmax
/// likewise; any function of one element between two grids; Concat, and what moves numbers; a
/// linear Resize on one grid; RoiPool, if 0 is a number of the grid. Layers without such a grid, or
/// whose input is on a dynamic one, give floats. All else is in float, and its island says why.
///
/// A bias without a grid is rounded to the grid of the sums. Where that is coarser than the grid of
/// the result, a result may be more than a step away from what grids in float give; otherwise each
/// node is within one.
///
/// Takes the graph apart, weights and all. Throws Error{bad_data} naming node and value: weights
/// that are not finite, sums that could leave 32 bits, multipliers that no requantisation can
/// express. REQUIRES validate(graph).
IntegerGraph lower(Graph graph, Requantization mode);

/// The shape of each node's result. Throws as the graph's infer_shapes, and Error{bad_data} where
/// an average or a softmax is over more numbers than its sums have room for. Of a Layer's weight it
/// needs no element, and its shape but for the first axis: a backend that has its own form of a
/// weight may put a 0 there.
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
