#include "models/formats/onnx_writer_ops.h"

#include <algorithm>

#include "models/formats/onnx.pb.h"
#include "models/formats/reject.h"
#include "models/shapes.h"

namespace bench {
namespace {

using Ints = std::vector<std::int64_t>;
using NodeProto = bench_onnx::NodeProto;

Ints list(Pair p) { return {p.h, p.w}; }
Ints list(const Padding& p) { return {p.top, p.left, p.bottom, p.right}; }

const char* name_of(Activation::Kind kind) {
  using Kind = Activation::Kind;
  switch (kind) {
    case Kind::relu: return "Relu";
    case Kind::clip: return "Clip";
    case Kind::leaky_relu: return "LeakyRelu";
    case Kind::elu: return "Elu";
    case Kind::sigmoid: return "Sigmoid";
    case Kind::tanh: return "Tanh";
    case Kind::hard_sigmoid: return "HardSigmoid";
    case Kind::hard_swish: return "HardSwish";
    case Kind::swish: return "Mul";
    case Kind::softplus: return "Softplus";
    case Kind::exp: return "Exp";
    case Kind::log: return "Log";
    case Kind::sqrt: return "Sqrt";
    case Kind::abs: return "Abs";
    case Kind::neg: break;
  }
  return "Neg";
}

const char* name_of(Arithmetic::Kind kind) {
  using Kind = Arithmetic::Kind;
  switch (kind) {
    case Kind::add: return "Add";
    case Kind::sub: return "Sub";
    case Kind::mul: return "Mul";
    case Kind::div: return "Div";
    case Kind::pow: return "Pow";
    case Kind::min: return "Min";
    case Kind::max: break;
  }
  return "Max";
}

const char* name_of(Reduce::Kind kind) {
  using Kind = Reduce::Kind;
  switch (kind) {
    case Kind::mean: return "ReduceMean";
    case Kind::sum: return "ReduceSum";
    case Kind::max: return "ReduceMax";
    case Kind::min: return "ReduceMin";
    case Kind::l2: break;
  }
  return "ReduceL2";
}

const char* name_of(Resize::Coordinates coordinates) {
  using C = Resize::Coordinates;
  switch (coordinates) {
    case C::half_pixel: return "half_pixel";
    case C::pytorch_half_pixel: return "pytorch_half_pixel";
    case C::align_corners: return "align_corners";
    case C::asymmetric: break;
  }
  return "asymmetric";
}

const char* name_of(Resize::Rounding rounding) {
  using R = Resize::Rounding;
  switch (rounding) {
    case R::round_prefer_floor: return "round_prefer_floor";
    case R::round_prefer_ceil: return "round_prefer_ceil";
    case R::floor: return "floor";
    case R::ceil: break;
  }
  return "ceil";
}

Tensor transposed(const Tensor& matrix) {
  Tensor result({matrix.dim(1), matrix.dim(0)}, matrix.type());
  const std::size_t width = size_of(matrix.type());
  const auto rows = static_cast<std::size_t>(matrix.dim(0));
  const auto columns = static_cast<std::size_t>(matrix.dim(1));
  const auto from = matrix.bytes();
  const auto to = result.bytes();
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      std::copy_n(&from[(r * columns + c) * width], width, &to[(c * rows + r) * width]);
    }
  }
  return result;
}

/// Writes the op of one node. Each adds what gives `at.result`.
class OpWriter {
 public:
  explicit OpWriter(const OnnxWriterNode& at) : at_(at), file_(at.file) {}

  void operator()(const Input&) const {}
  void operator()(const Constant& op) const { file_.define(at_.result, op.value); }

  void operator()(const Conv2d& op) const {
    std::vector<std::string> inputs = {at_.inputs[0],
                                       write_weight(at_, op.weight, op.weight_grid, 0)};
    if (!op.bias.empty()) inputs.push_back(write_bias(at_, op.bias, op.bias_grid));
    NodeProto& conv = add("Conv", inputs);
    set(conv, "kernel_shape", Ints{op.weight.dim(2), op.weight.dim(3)});
    set_window(conv, op.stride, op.pad);
    set(conv, "dilations", list(op.dilation));
    set(conv, "group", op.groups);
  }

  void operator()(const Linear& op) const {
    if (at_.ranks[0] == 2) {
      std::vector<std::string> inputs = {at_.inputs[0],
                                         write_weight(at_, op.weight, op.weight_grid, 0)};
      if (!op.bias.empty()) inputs.push_back(write_bias(at_, op.bias, op.bias_grid));
      set(add("Gemm", inputs), "transB", 1);
      return;
    }
    const std::string weight = write_weight(at_, transposed(op.weight), op.weight_grid, 1);
    if (op.bias.empty()) {
      add("MatMul", {at_.inputs[0], weight});
      return;
    }
    const std::string product =
        file_.step("MatMul", at_.node.name + "/product", {at_.inputs[0], weight});
    add("Add", {product, write_bias(at_, op.bias, op.bias_grid)});
  }

  void operator()(const BatchNorm& op) const {
    std::vector<std::string> inputs = {at_.inputs[0]};
    inputs.push_back(constant("gamma", op.gamma));
    inputs.push_back(constant("beta", op.beta));
    inputs.push_back(constant("mean", op.mean));
    inputs.push_back(constant("variance", op.variance));
    set(add("BatchNormalization", inputs), "epsilon", op.epsilon);
  }

  void operator()(const Activation& op) const {
    using Kind = Activation::Kind;
    std::vector<std::string> inputs = at_.inputs;
    if (op.kind == Kind::clip) {
      inputs.push_back(constant("min", Tensor::of({}, {op.alpha})));
      inputs.push_back(constant("max", Tensor::of({}, {op.beta})));
    }
    if (op.kind == Kind::swish) {
      inputs.push_back(file_.step("Sigmoid", at_.node.name + "/sigmoid", at_.inputs));
    }
    NodeProto& node = add(name_of(op.kind), inputs);
    const bool hard = op.kind == Kind::hard_sigmoid;
    if (hard || op.kind == Kind::leaky_relu || op.kind == Kind::elu) set(node, "alpha", op.alpha);
    if (hard) set(node, "beta", op.beta);
  }

  void operator()(const PRelu& op) const {
    Shape shape = {op.slope.size()};
    if (op.slope.size() > 1) shape.resize(at_.ranks[0] - 1, 1);
    add("PRelu", {at_.inputs[0], constant("slope", Tensor(op.slope).reshaped(shape))});
  }

  void operator()(const MaxPool& op) const {
    NodeProto& pool = add("MaxPool", at_.inputs);
    set(pool, "kernel_shape", list(op.kernel));
    set_window(pool, op.stride, op.pad);
    set(pool, "dilations", list(op.dilation));
    set(pool, "ceil_mode", op.ceil_mode ? 1 : 0);
  }

  void operator()(const AveragePool& op) const {
    NodeProto& pool = add("AveragePool", at_.inputs);
    set(pool, "kernel_shape", list(op.kernel));
    set_window(pool, op.stride, op.pad);
    set(pool, "ceil_mode", op.ceil_mode ? 1 : 0);
    set(pool, "count_include_pad", op.count_include_pad ? 1 : 0);
  }

  void operator()(const Arithmetic& op) const { add(name_of(op.kind), at_.inputs); }
  void operator()(const Concat& op) const { set(add("Concat", at_.inputs), "axis", op.axis); }

  void operator()(const Slice& op) const {
    add("Slice", {at_.inputs[0], numbers("begin", {op.begin}), numbers("end", {op.end}),
                  numbers("axis", {op.axis}), numbers("step", {op.step})});
  }

  void operator()(const Transpose& op) const {
    set(add("Transpose", at_.inputs), "perm", Ints(op.order.begin(), op.order.end()));
  }

  void operator()(const Reshape& op) const {
    if (std::ranges::count(op.dims, Dim{Dim::Kind::fixed}) > 0) refuse("a dimension of 0");
    add("Reshape", {at_.inputs[0], shape_input(op)});
  }

  void operator()(const Pad& op) const {
    Ints pads = op.before;
    pads.insert(pads.end(), op.after.begin(), op.after.end());
    add("Pad",
        {at_.inputs[0], numbers("pads", pads), constant("value", Tensor::of({}, {op.value}))});
  }

  void operator()(const Resize& op) const {
    const bool scaled = op.scale_h > 0;
    if (scaled != (op.scale_w > 0)) refuse("one side scaled, the other of a given size");
    std::vector<std::string> inputs = {at_.inputs[0], ""};
    if (scaled) {
      inputs.push_back(constant("scales", Tensor::of({4}, {1, 1, op.scale_h, op.scale_w})));
    } else {
      inputs.push_back("");
      inputs.push_back(joined({shape_of(0, 0, 2), numbers("size", {op.height, op.width})}));
    }
    NodeProto& resize = add("Resize", inputs);
    set(resize, "mode", op.mode == Resize::Mode::linear ? "linear" : "nearest");
    set(resize, "coordinate_transformation_mode", name_of(op.coordinates));
    if (op.mode == Resize::Mode::nearest) set(resize, "nearest_mode", name_of(op.rounding));
  }

  void operator()(const Softmax& op) const { set(add("Softmax", at_.inputs), "axis", op.axis); }

  void operator()(const Reduce& op) const {
    std::vector<std::size_t> axes;
    for (const int axis : op.axes) axes.push_back(*resolve_axis(axis, at_.ranks[0]));
    std::ranges::sort(axes);
    const Ints wide(axes.begin(), axes.end());
    const bool over_pixels = at_.ranks[0] == 4 && wide == Ints{2, 3} && op.keep_dims;
    if (over_pixels && op.kind == Reduce::Kind::mean) {
      add("GlobalAveragePool", at_.inputs);
      return;
    }
    std::vector<std::string> inputs = at_.inputs;
    const bool sum = op.kind == Reduce::Kind::sum;  // the first whose axes became an input
    if (sum) inputs.push_back(numbers("axes", wide));
    NodeProto& reduce = add(name_of(op.kind), inputs);
    if (!sum) set(reduce, "axes", wide);
    set(reduce, "keepdims", op.keep_dims ? 1 : 0);
  }

  void operator()(const RoiPool& op) const {
    NodeProto& pool = add("MaxRoiPool", at_.inputs);
    set(pool, "pooled_shape", list(op.size));
    set(pool, "spatial_scale", op.scale);
  }

  void operator()(const Proposals&) const {
    refuse("ONNX has no operator for the proposals of a region proposal network");
  }

  void operator()(const FakeQuantize& op) const { write_fake_quantize(at_, op); }

 private:
  NodeProto& add(const std::string& op_type, const std::vector<std::string>& inputs) const {
    return file_.node(op_type, at_.node.name, inputs, at_.result);
  }

  std::string constant(const char* role, const Tensor& value) const {
    return file_.constant(at_.node.name + "/" + role, value);
  }
  std::string numbers(const char* role, const Ints& values) const {
    return file_.constant(at_.node.name + "/" + role, values);
  }

  static void set_window(NodeProto& node, Pair stride, const Padding& pad) {
    set(node, "strides", list(stride));
    set(node, "pads", list(pad));
  }

  /// Axes `begin` .. `end` of the shape of input i.
  std::string shape_of(std::size_t i, std::int64_t begin, std::int64_t end) const {
    const std::string result = file_.unique(at_.node.name + "/sizes");
    NodeProto& shape = file_.node("Shape", result, {at_.inputs[i]}, result);
    set(shape, "start", begin);
    set(shape, "end", end);
    return result;
  }

  std::string joined(const std::vector<std::string>& parts) const {
    const std::string result = file_.unique(at_.node.name + "/shape");
    set(file_.node("Concat", result, parts, result), "axis", 0);
    return result;
  }

  /// The shape as one constant, 0 standing for the size that stood there; or, where sizes come from
  /// elsewhere, put together.
  std::string shape_input(const Reshape& op) const {
    Ints known;
    std::vector<std::string> parts;
    bool all_known = true;
    for (std::size_t i = 0; i < op.dims.size(); ++i) {
      const Dim& dim = op.dims[i];
      if (dim.kind != Dim::Kind::copy) {
        known.push_back(dim.kind == Dim::Kind::infer ? -1 : dim.value);
        continue;
      }
      const auto source = static_cast<std::size_t>(dim.source);
      const auto axis = resolve_axis(dim.axis, at_.ranks[source]);
      all_known = all_known && source == 0 && axis == i;
      known.push_back(0);
    }
    if (all_known) return numbers("shape", known);
    for (std::size_t i = 0; i < op.dims.size(); ++i) {
      const Dim& dim = op.dims[i];
      if (dim.kind != Dim::Kind::copy) {
        parts.push_back(numbers("size", {known[i]}));
        continue;
      }
      const auto source = static_cast<std::size_t>(dim.source);
      const auto axis = static_cast<std::int64_t>(*resolve_axis(dim.axis, at_.ranks[source]));
      parts.push_back(shape_of(source, axis, axis + 1));
    }
    return joined(parts);
  }

  const OnnxWriterNode& at_;
  OnnxBuilder& file_;
};

}  // namespace

void write_onnx_node(const OnnxWriterNode& node) { std::visit(OpWriter(node), node.node.op); }

}  // namespace bench
