#include "models/graph.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/error.h"
#include "models/last_readers.h"

namespace bench {
namespace {

struct Name {
  std::string_view operator()(const Input&) const { return "Input"; }
  std::string_view operator()(const Constant&) const { return "Constant"; }
  std::string_view operator()(const Conv2d&) const { return "Conv2d"; }
  std::string_view operator()(const Linear&) const { return "Linear"; }
  std::string_view operator()(const BatchNorm&) const { return "BatchNorm"; }
  std::string_view operator()(const Activation&) const { return "Activation"; }
  std::string_view operator()(const PRelu&) const { return "PRelu"; }
  std::string_view operator()(const MaxPool&) const { return "MaxPool"; }
  std::string_view operator()(const AveragePool&) const { return "AveragePool"; }
  std::string_view operator()(const Arithmetic&) const { return "Arithmetic"; }
  std::string_view operator()(const Concat&) const { return "Concat"; }
  std::string_view operator()(const Slice&) const { return "Slice"; }
  std::string_view operator()(const Transpose&) const { return "Transpose"; }
  std::string_view operator()(const Reshape&) const { return "Reshape"; }
  std::string_view operator()(const Pad&) const { return "Pad"; }
  std::string_view operator()(const Resize&) const { return "Resize"; }
  std::string_view operator()(const Softmax&) const { return "Softmax"; }
  std::string_view operator()(const Reduce&) const { return "Reduce"; }
  std::string_view operator()(const RoiPool&) const { return "RoiPool"; }
  std::string_view operator()(const Proposals&) const { return "Proposals"; }
  std::string_view operator()(const FakeQuantize&) const { return "FakeQuantize"; }
};

constexpr std::int64_t largest_padding = std::int64_t{1} << 40;
constexpr float largest_anchor = 1e6f;

// What one node's parameters must satisfy, whatever its inputs.
struct ParameterCheck {
  const Node& node;

  void require(bool holds, const std::string& why) const {
    if (!holds) throw Error(Fault::bad_data, describe(node) + ": " + why);
  }

  // f32, or numbers of a grid.
  void require_type(const Tensor& t, const std::optional<Grid>& grid, DType numbers,
                    const std::string& what) const {
    if (t.type() == DType::f32) return;
    require(grid.has_value(), what + " is not f32 and has no grid");
    require(t.type() == numbers && grid->offset.empty(),
            what + " is of type " + std::string(name_of(t.type())) +
                ", which does not hold the numbers of its grid");
  }

  void require_weight(const Tensor& weight, std::size_t rank,
                      const std::optional<Grid>& grid = std::nullopt) const {
    const bool is_signed = grid && grid->is_signed;
    require_type(weight, grid, is_signed ? DType::i8 : DType::u8, "weight");
    require(weight.type() == DType::f32 || grid->bits <= 8, "weight numbers have over 8 bits");
    require(weight.rank() == rank && !weight.empty(), "weight has shape " +
                                                          to_string(weight.shape()) + ", wanted " +
                                                          std::to_string(rank) + " sizes above 0");
  }

  void require_vector(const Tensor& t, std::int64_t size, const std::string& what,
                      const std::optional<Grid>& grid = std::nullopt) const {
    require_type(t, grid, DType::i32, what);
    require(t.shape() == Shape{size}, what + " has shape " + to_string(t.shape()) + ", wanted " +
                                          std::to_string(size) + " values");
  }

  void require_inputs(std::size_t least, std::size_t most) const {
    const std::size_t got = node.inputs.size();
    require(least <= got && got <= most, "has " + std::to_string(got) + " inputs, takes " +
                                             std::to_string(least) +
                                             (most > least ? " or more" : ""));
  }

  void require_window(Pair kernel, Pair stride, Pair dilation, const Padding& pad) const {
    require(kernel.h > 0 && kernel.w > 0, "kernel sizes must be above 0");
    require(stride.h > 0 && stride.w > 0, "strides must be above 0");
    require(dilation.h > 0 && dilation.w > 0, "dilations must be above 0");
    require(std::min({pad.top, pad.left, pad.bottom, pad.right}) >= 0, "padding is negative");
  }

  void require_grid(const Grid& grid, const Tensor& values, const std::string& what) const {
    bench::validate(grid, describe(node) + ": " + what);
    require(grid.axis <= 0, what + " has a grid along axis " + std::to_string(grid.axis) +
                                ", wanted one scale or one per output (axis 0)");
    const auto scales = static_cast<std::int64_t>(grid.scale.size());
    require(grid.axis < 0 || (values.rank() > 0 && scales == values.dim(0)),
            what + " has shape " + to_string(values.shape()) + " and a grid of " +
                std::to_string(scales) + " scales");
  }

  template <class Layer>  // Conv2d, Linear
  void require_grids(const Layer& op) const {
    if (op.weight_grid) require_grid(*op.weight_grid, op.weight, "weight");
    if (op.bias_grid) require_grid(*op.bias_grid, op.bias, "bias");
  }

  // A pooling window that sees nothing but padding has no answer.
  void require_padding_below_kernel(Pair kernel, Pair dilation, const Padding& pad) const {
    const std::int64_t h = std::int64_t{dilation.h} * (kernel.h - 1) + 1;
    const std::int64_t w = std::int64_t{dilation.w} * (kernel.w - 1) + 1;
    require(std::max(pad.top, pad.bottom) < h && std::max(pad.left, pad.right) < w,
            "padding must be smaller than the kernel");
  }

  void operator()(const Input& op) const {
    require_inputs(0, 0);
    require(!op.shape.empty(), "has no shape");
    const auto valid = [](std::int64_t d) { return d == -1 || d > 0; };
    require(std::all_of(op.shape.begin(), op.shape.end(), valid),
            "sizes must be above 0, or -1 for any");
  }
  void operator()(const Constant& op) const {
    require_inputs(0, 0);
    require(op.value.type() == DType::f32, "value is not f32");
    require(op.value.size() == count(op.value.shape()), "has no value");
  }
  void operator()(const Conv2d& op) const {
    require_inputs(1, 1);
    require_weight(op.weight, 4, op.weight_grid);
    const std::int64_t outputs = op.weight.dim(0);
    require(op.groups > 0 && outputs % op.groups == 0, std::to_string(outputs) +
                                                           " output channels do not divide into " +
                                                           std::to_string(op.groups) + " groups");
    if (!op.bias.empty()) require_vector(op.bias, outputs, "bias", op.bias_grid);
    require_window({1, 1}, op.stride, op.dilation, op.pad);
    require_grids(op);
  }
  void operator()(const Linear& op) const {
    require_inputs(1, 1);
    require_weight(op.weight, 2, op.weight_grid);
    if (!op.bias.empty()) require_vector(op.bias, op.weight.dim(0), "bias", op.bias_grid);
    require_grids(op);
  }
  void operator()(const BatchNorm& op) const {
    require_inputs(1, 1);
    require_weight(op.gamma, 1);
    require_vector(op.beta, op.gamma.size(), "beta");
    require_vector(op.mean, op.gamma.size(), "mean");
    require_vector(op.variance, op.gamma.size(), "variance");
  }
  void operator()(const Activation&) const { require_inputs(1, 1); }
  void operator()(const PRelu& op) const {
    require_inputs(1, 1);
    require_weight(op.slope, 1);
  }
  void operator()(const MaxPool& op) const {
    require_inputs(1, 1);
    require_window(op.kernel, op.stride, op.dilation, op.pad);
    require_padding_below_kernel(op.kernel, op.dilation, op.pad);
  }
  void operator()(const AveragePool& op) const {
    require_inputs(1, 1);
    require_window(op.kernel, op.stride, {1, 1}, op.pad);
    require_padding_below_kernel(op.kernel, {1, 1}, op.pad);
  }
  void operator()(const Arithmetic&) const { require_inputs(2, 2); }
  void operator()(const Concat&) const { require_inputs(1, SIZE_MAX); }
  void operator()(const Slice& op) const {
    require_inputs(1, 1);
    require(op.step > 0, "step must be above 0");
  }
  void operator()(const Transpose& op) const {
    require_inputs(1, 1);
    std::vector<int> sorted = op.order;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      require(sorted[i] == static_cast<int>(i), "order is no permutation of the axes");
    }
  }
  void operator()(const Reshape& op) const {
    require_inputs(1, SIZE_MAX);
    const auto inferred = [](const Dim& d) { return d.kind == Dim::Kind::infer; };
    require(std::count_if(op.dims.begin(), op.dims.end(), inferred) <= 1,
            "at most one dimension can be inferred");
    for (const Dim& d : op.dims) {
      if (d.kind == Dim::Kind::fixed) require(d.value >= 0, "a fixed dimension is negative");
      if (d.kind == Dim::Kind::copy) {
        require(
            d.source >= 0 && static_cast<std::size_t>(d.source) < node.inputs.size(),
            "a dimension is copied from input " + std::to_string(d.source) + ", which it has not");
      }
    }
  }
  void operator()(const Pad& op) const {
    require_inputs(1, 1);
    require(op.before.size() == op.after.size(), "before and after differ in length");
    const auto sane = [](std::int64_t p) { return -largest_padding < p && p < largest_padding; };
    require(std::all_of(op.before.begin(), op.before.end(), sane) &&
                std::all_of(op.after.begin(), op.after.end(), sane),
            "padding is out of range");
  }
  void operator()(const Resize& op) const {
    require_inputs(1, 1);
    const bool scaled = op.scale_h > 0 && op.scale_w > 0;
    const bool sized = !(op.scale_h > 0) && op.height > 0 && op.width > 0;
    require(scaled || sized, "needs both scales or both sizes above 0");
  }
  void operator()(const Softmax&) const { require_inputs(1, 1); }
  void operator()(const Reduce& op) const {
    require_inputs(1, 1);
    require(!op.axes.empty(), "needs the axes it reduces");
  }
  void operator()(const RoiPool& op) const {
    require_inputs(2, 2);
    require(op.size.h > 0 && op.size.w > 0, "sizes must be above 0");
    require(op.scale > 0 && std::isfinite(op.scale), "its scale must be above 0");
  }
  void operator()(const Proposals& op) const {
    require_inputs(3, 3);
    const auto positive = [](float x) { return x > 0 && x < largest_anchor; };
    require(
        positive(op.base_size) && !op.scales.empty() && std::ranges::all_of(op.scales, positive),
        "its anchors' base size and scales must be above 0");
    require(!op.ratios.empty() && std::ranges::all_of(op.ratios, positive),
            "its anchors' ratios must be above 0");
    require(op.stride > 0, "stride must be above 0");
    require(op.candidates > 0 && op.kept > 0, "must keep at least one proposal");
    require(op.overlap >= 0 && op.min_size >= 0, "overlap and least size must not be negative");
  }
  void operator()(const FakeQuantize& op) const {
    require_inputs(1, 1);
    std::visit([this](const auto& grid) { bench::validate(grid, describe(node)); }, op.grid);
  }
};

void check_node(const Graph& graph, NodeId id) {
  const Node& node = graph.nodes[static_cast<std::size_t>(id)];
  const ParameterCheck check{node};
  for (const NodeId input : node.inputs) {
    check.require(0 <= input && input < id, "reads node number " + std::to_string(input) +
                                                ", which does not come before it (number " +
                                                std::to_string(id) + ")");
  }
  check.require(std::holds_alternative<Input>(node.op) == (id == 0),
                id == 0 ? "the first node must be the Input" : "a graph has one Input only");
  std::visit(check, node.op);
}

}  // namespace

std::string_view name_of(const Op& op) { return std::visit(Name{}, op); }

std::string describe(const Node& node) {
  return "node '" + node.name + "' (" + std::string(name_of(node.op)) + ")";
}

void validate(const Graph& graph) {
  if (graph.nodes.empty()) throw Error(Fault::bad_data, "the graph has no nodes");
  if (graph.outputs.empty()) throw Error(Fault::bad_data, "the graph has no outputs");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    check_node(graph, static_cast<NodeId>(i));
    if (!names.insert(graph.nodes[i].name).second) {
      throw Error(Fault::bad_data, describe(graph.nodes[i]) + ": another node has the same name");
    }
  }
  for (const Output& output : graph.outputs) {
    if (output.node < 0 || static_cast<std::size_t>(output.node) >= graph.nodes.size()) {
      throw Error(Fault::bad_data, "output '" + output.name + "' is node number " +
                                       std::to_string(output.node) + ", which does not exist");
    }
  }
}

Reads reads(const Op& op, std::size_t input) {
  if (std::holds_alternative<Reshape>(op) && input > 0) return Reads::size;
  if (std::holds_alternative<Proposals>(op) && input == 2) return Reads::size;
  if (std::holds_alternative<RoiPool>(op) && input == 1) return Reads::places;
  return Reads::values;
}

std::vector<bool> find_places(const Graph& graph) {
  std::vector<bool> places(graph.nodes.size(), false);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::holds_alternative<Proposals>(node.op)) places[i] = true;
    for (std::size_t k = 0; k < node.inputs.size(); ++k) {
      if (reads(node.op, k) == Reads::places)
        places[static_cast<std::size_t>(node.inputs[k])] = true;
    }
  }
  return places;
}

std::vector<int> count_readers(const Graph& graph) {
  std::vector<int> readers(graph.nodes.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const NodeId input : node.inputs) ++readers[static_cast<std::size_t>(input)];
  }
  for (const Output& output : graph.outputs) ++readers[static_cast<std::size_t>(output.node)];
  return readers;
}

std::vector<NodeId> last_readers(const Graph& graph) { return last_readers_of(graph); }

}  // namespace bench
