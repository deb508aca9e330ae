#pragma once
// A network as a plain value: nodes in an order in which they can run, each op owning its
// parameters. Readers (models/formats) make graphs, passes (models/passes) rewrite them, backends
// compile them, and models/reference.h says what every op means.
//
// Tensors between nodes are f32. Four-dimensional ones are NCHW. One node gives one tensor. A graph
// has one Input; its batch, height and width may be left open (-1) and are bound by the tensor that
// is run.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/grid.h"
#include "models/tensor.h"

namespace bench {

using NodeId = int;  ///< index into Graph::nodes

struct Pair {
  int h = 1, w = 1;
  friend bool operator==(const Pair&, const Pair&) = default;
};

/// Pixels added around a feature map.
struct Padding {
  int top = 0, left = 0, bottom = 0, right = 0;
  friend bool operator==(const Padding&, const Padding&) = default;
};

/// The image tensor. -1 where any size is accepted.
struct Input {
  Shape shape{};
};

/// A tensor known beforehand (anchor tables, operands of Arithmetic).
struct Constant {
  Tensor value{};
};

// A layer's weight is f32; with a grid, what is computed with is the weight put onto it. Or it is
// the grid's numbers themselves, as a quantised file has them: i8 if the grid is signed, else u8,
// of at most 8 bits; for a bias i32, on a signed grid of 32 bits.

/// Cross-correlation, zero padding. Output size floor((in + pad - dilation*(k-1) - 1) / stride)
/// + 1.
struct Conv2d {
  Tensor weight{};  ///< O x I/groups x KH x KW
  Tensor bias{};    ///< O, or empty
  Pair stride{};
  Padding pad{};
  Pair dilation{};
  int groups = 1;
  std::optional<Grid> weight_grid = {};  ///< one scale, or one for each of O
  std::optional<Grid> bias_grid = {};
};

/// y = x W^T + b over the last axis.
struct Linear {
  Tensor weight{};                       ///< O x I
  Tensor bias{};                         ///< O, or empty
  std::optional<Grid> weight_grid = {};  ///< as Conv2d's
  std::optional<Grid> bias_grid = {};
};

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, per channel (axis 1).
struct BatchNorm {
  Tensor gamma{}, beta{}, mean{}, variance{};  ///< C each
  float epsilon = 1e-5f;
};

/// A function of each element alone.
struct Activation {
  enum class Kind {
    relu,        ///< max(x, 0)
    clip,        ///< min(max(x, alpha), beta); ReLU6 is clip(0, 6)
    leaky_relu,  ///< x >= 0 ? x : alpha x
    elu,         ///< x >= 0 ? x : alpha (exp(x) - 1)
    sigmoid,     ///< 1 / (1 + exp(-x))
    tanh,
    hard_sigmoid,  ///< min(max(alpha x + beta, 0), 1)
    hard_swish,    ///< x min(max(x / 6 + 1/2, 0), 1)
    swish,         ///< x sigmoid(x)
    softplus,      ///< log(1 + exp(x))
    exp,
    log,
    sqrt,
    abs,
    neg,
  };
  Kind kind = Kind::relu;
  float alpha = 0, beta = 0;
};

/// x >= 0 ? x : slope x, with one slope per channel (axis 1) or one for all.
struct PRelu {
  Tensor slope{};  ///< C or 1
};

/// Padding never wins. Output size as Conv2d, rounded up if ceil_mode (but no window may start past
/// the input and its left padding, as in ONNX and PyTorch).
struct MaxPool {
  Pair kernel{};
  Pair stride{};
  Padding pad{};
  Pair dilation{};
  bool ceil_mode = false;
};

struct AveragePool {
  Pair kernel{};
  Pair stride{};
  Padding pad{};
  bool ceil_mode = false;
  bool count_include_pad = false;  ///< whether padding counts in the divisor
};

/// Two inputs, numpy broadcasting.
struct Arithmetic {
  enum class Kind { add, sub, mul, div, pow, min, max };
  Kind kind = Kind::add;
};

struct Concat {
  int axis = 1;
};

/// x[..., begin:end:step, ...] on one axis, with Python's meaning of negative and overlong bounds;
/// step > 0.
struct Slice {
  int axis = 1;
  std::int64_t begin = 0, end = 0, step = 1;
};

struct Transpose {
  std::vector<int> order{};  ///< output axis i is input axis order[i]
};

/// One dimension of a Reshape's result.
struct Dim {
  enum class Kind {
    fixed,  ///< `value`
    infer,  ///< whatever makes the number of elements come out; at most one
    copy,   ///< dimension `axis` of the node's input number `source`
  };
  Kind kind = Kind::fixed;
  std::int64_t value = 0;
  int source = 0, axis = 0;
  friend bool operator==(const Dim&, const Dim&) = default;
};

/// inputs[0] is reshaped; further inputs only lend their sizes to `copy` dimensions.
struct Reshape {
  std::vector<Dim> dims{};
};

/// Constant padding; one entry per axis. Negative entries crop.
struct Pad {
  std::vector<std::int64_t> before{}, after{};
  float value = 0;
};

/// Spatial resampling of NCHW, with the field's names for where output pixels lie on the input
/// (ONNX Resize).
struct Resize {
  enum class Mode { nearest, linear };
  enum class Coordinates { half_pixel, pytorch_half_pixel, align_corners, asymmetric };
  enum class Rounding { round_prefer_floor, round_prefer_ceil, floor, ceil };  ///< nearest only
  Mode mode = Mode::nearest;
  Coordinates coordinates = Coordinates::half_pixel;
  Rounding rounding = Rounding::round_prefer_floor;
  float scale_h = 0, scale_w = 0;      ///< output = floor(input * scale) if scale_h > 0 ...
  std::int64_t height = 0, width = 0;  ///< ... else these
};

struct Softmax {
  int axis = 1;  ///< may be negative: from the end
};

/// Over `axes` (which may be negative); mean over {2, 3} with keep_dims is global average pooling.
struct Reduce {
  enum class Kind { mean, sum, max, min, l2 };
  Kind kind = Kind::mean;
  std::vector<int> axes{};
  bool keep_dims = true;
};

/// Max pooling of regions: inputs are features N x C x H x W and regions R x 5, each the number of
/// its image in the batch and its first and last pixel (x1, y1, x2, y2) on the network's input.
/// Result R x C x size.h x size.w.
///
/// A region on the features begins at round(x1 * scale) and ends with round(x2 * scale), halves
/// away from 0, and is at least one pixel wide. Of its width w, bin i has the pixels from floor(i w
/// / size.w) to ceil((i + 1) w / size.w), exactly; those beyond the map do not count, and a bin
/// without pixels gives 0. Source: Fast R-CNN (Girshick, ICCV 2015); ONNX MaxRoiPool.
struct RoiPool {
  Pair size{7, 7};
  float scale = 1.0f / 16;  ///< of the features to the input
};

/// Where a region proposal network says objects are. Inputs: scores N x 2A x H x W, of which
/// channel A + a says how much anchor a is an object; box deltas N x 4A x H x W, channel 4a + 0..3
/// being dx, dy, dw, dh of anchor a; and the image, which only lends its height and width. Result
/// (N kept) x 5, regions as RoiPool reads them, image by image, the best first.
///
/// Anchors are those of py-faster-rcnn (models/proposals.h). Boxes are clipped to the image; where
/// one is narrower or lower than min_size, half of that is added on all four sides and its score is
/// -1. The `candidates` best go through non-maximum suppression; fewer than `kept` survivors are
/// repeated in their order. Source: Faster R-CNN (Ren et al., NIPS 2015); MXNet's MultiProposal.
struct Proposals {
  float base_size = 16;  ///< side of the square the anchors are made of, pixels
  std::vector<float> scales{8, 16, 32}, ratios{0.5f, 1, 2};  ///< A = their product; height / width
  int stride = 16;                                           ///< pixels from cell to cell
  std::int64_t candidates = 6000, kept = 300;                ///< of each image
  float overlap = 0.7f;  ///< a box goes if its IoU with a better one is above this
  float min_size = 16;   ///< pixels of the input
};

/// The tensor put onto a grid and back: how quantisation of an edge is written into a graph.
/// `float` looks through it, `fake-quant` computes it, integer backends compute with the grid's
/// numbers.
struct FakeQuantize {
  std::variant<Grid, DynamicGrid> grid;
};

using Op = std::variant<Input, Constant, Conv2d, Linear, BatchNorm, Activation, PRelu, MaxPool,
                        AveragePool, Arithmetic, Concat, Slice, Transpose, Reshape, Pad, Resize,
                        Softmax, Reduce, RoiPool, Proposals, FakeQuantize>;

/// "Conv2d", "MaxPool", ...: for messages and tables.
std::string_view name_of(const Op& op);

/// What a node makes of one of its inputs.
enum class Reads {
  values,
  size,    ///< its shape only: what further inputs lend a Reshape, and the image Proposals
  places,  ///< regions: coordinates, which no grid of 8 bits is for
};
Reads reads(const Op& op, std::size_t input);

struct Node {
  std::string name;  ///< unique; the source file's own name where it has one
  Op op;
  std::vector<NodeId> inputs;  ///< all smaller than this node's own id
};

/// "node 'conv_3' (Conv2d)": how every message speaks of a node.
std::string describe(const Node& node);

/// A node of a quantised graph that has to be computed in float, and why.
struct FloatIsland {
  std::string node, op, reason;  ///< "prob", "Softmax", "its result is on no grid"
};

struct Output {
  std::string name;
  NodeId node = 0;
};

struct Graph {
  std::vector<Node> nodes;  ///< nodes[0] is the Input
  std::vector<Output> outputs;

  NodeId add(std::string name, Op op, std::vector<NodeId> inputs = {}) {
    nodes.push_back({std::move(name), std::move(op), std::move(inputs)});
    return static_cast<NodeId>(nodes.size()) - 1;
  }
};

/// What a graph must satisfy before anyone runs it: one Input and it comes first, inputs point
/// backwards, as many inputs as the op takes, parameter shapes that fit each other, at least one
/// output. Throws Error{bad_data} naming the node.
void validate(const Graph& graph);

/// The shape each node gives when the input tensor has shape `input` (all sizes known).
/// REQUIRES validate(graph). Throws Error{bad_data} naming the node whose inputs do not fit it, or
/// where `input` contradicts a size the graph fixes.
std::vector<Shape> infer_shapes(const Graph& graph, const Shape& input);

/// How many nodes read each node's result; outputs count as readers.
std::vector<int> count_readers(const Graph& graph);

/// Which nodes' results are places: a Proposals', and what anybody reads as such.
std::vector<bool> find_places(const Graph& graph);

/// The last node that reads each node's result: after it the result may be forgotten. A node nobody
/// reads has its own id, an output nodes.size().
std::vector<NodeId> last_readers(const Graph& graph);

}  // namespace bench
