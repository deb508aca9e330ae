#include "models/shapes.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/error.h"

namespace bench {
namespace {

std::string plural(std::int64_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

// One window sliding along one axis.
struct Sliding {
  std::int64_t kernel, stride, dilation, before, after;
  bool ceil_mode = false;

  std::int64_t extent() const { return dilation * (kernel - 1) + 1; }

  // How many places the window takes; 0 if it does not fit once.
  std::int64_t places(std::int64_t in) const {
    const std::int64_t room = in + before + after - extent();
    if (room < 0) return 0;
    if (!ceil_mode) return room / stride + 1;
    const std::int64_t n = (room + stride - 1) / stride + 1;
    return (n - 1) * stride >= in + before ? n - 1 : n;  // no window starts beyond the input
  }
};

// The shape rule of every op. Sizes are at most 2^48 and windows int, so nothing overflows.
struct ShapeRule {
  const Node& node;
  std::span<const Shape* const> inputs;

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(Fault::bad_data, describe(node) + ": " + why);
  }
  const Shape& in(std::size_t i = 0) const { return *inputs[i]; }

  std::int64_t elements(const Shape& shape) const {
    try {
      return count(shape);
    } catch (const Error& error) {
      fail(error.what());
    }
  }

  std::size_t axis(int wanted, const Shape& shape) const {
    const auto found = resolve_axis(wanted, shape.size());
    if (!found) fail("input " + to_string(shape) + " has no axis " + std::to_string(wanted));
    return *found;
  }

  const Shape& image() const {
    if (in().size() != 4) fail("input is " + to_string(in()) + ", wanted N x C x H x W");
    return in();
  }

  Shape slide(std::int64_t channels, const Sliding& rows, const Sliding& columns) const {
    const Shape& x = image();
    const std::int64_t h = rows.places(x[2]), w = columns.places(x[3]);
    if (h <= 0 || w <= 0) {
      fail("input " + to_string(x) + " with its padding is smaller than the " +
           std::to_string(rows.extent()) + "x" + std::to_string(columns.extent()) + " window");
    }
    return {x[0], channels, h, w};
  }

  void require_channels(std::int64_t wanted, const std::string& who) const {
    if (in().size() < 2) fail("input is " + to_string(in()) + ", which has no channel axis");
    if (in()[1] != wanted) {
      fail("input has " + plural(in()[1], "channel") + ", " + who + " " + std::to_string(wanted));
    }
  }

  Shape operator()(const Input& op) const { return op.shape; }
  Shape operator()(const Constant& op) const { return op.value.shape(); }

  Shape operator()(const Conv2d& op) const {
    image();
    const Shape& w = op.weight.shape();
    require_channels(w[1] * op.groups, "weight wants");
    return slide(w[0], {w[2], op.stride.h, op.dilation.h, op.pad.top, op.pad.bottom},
                 {w[3], op.stride.w, op.dilation.w, op.pad.left, op.pad.right});
  }

  Shape operator()(const Linear& op) const {
    if (in().empty() || in().back() != op.weight.dim(1)) {
      fail("input is " + to_string(in()) + ", weight wants " + std::to_string(op.weight.dim(1)) +
           " values on the last axis");
    }
    Shape out = in();
    out.back() = op.weight.dim(0);
    return out;
  }

  Shape operator()(const BatchNorm& op) const {
    require_channels(op.gamma.size(), "gamma has");
    return in();
  }

  Shape operator()(const Activation&) const { return in(); }

  Shape operator()(const PRelu& op) const {
    if (op.slope.size() != 1) require_channels(op.slope.size(), "slope has");
    return in();
  }

  Shape operator()(const MaxPool& op) const {
    return slide(
        image()[1],
        {op.kernel.h, op.stride.h, op.dilation.h, op.pad.top, op.pad.bottom, op.ceil_mode},
        {op.kernel.w, op.stride.w, op.dilation.w, op.pad.left, op.pad.right, op.ceil_mode});
  }

  Shape operator()(const AveragePool& op) const {
    return slide(image()[1], {op.kernel.h, op.stride.h, 1, op.pad.top, op.pad.bottom, op.ceil_mode},
                 {op.kernel.w, op.stride.w, 1, op.pad.left, op.pad.right, op.ceil_mode});
  }

  // Sizes are compared from the last axis on; a size 1 or a missing axis stretches.
  Shape operator()(const Arithmetic&) const {
    const Shape &a = in(0), &b = in(1);
    Shape out(std::max(a.size(), b.size()));
    for (std::size_t i = 1; i <= out.size(); ++i) {
      const std::int64_t x = i <= a.size() ? a[a.size() - i] : 1;
      const std::int64_t y = i <= b.size() ? b[b.size() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        fail("inputs " + to_string(a) + " and " + to_string(b) + " do not broadcast");
      }
      out[out.size() - i] = x == 1 ? y : x;
    }
    return out;
  }

  Shape operator()(const Concat& op) const {
    Shape out = in();
    const std::size_t along = axis(op.axis, out);
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      if (!equal_but(along, in(i), out)) {
        fail("inputs " + to_string(in()) + " and " + to_string(in(i)) + " differ off axis " +
             std::to_string(along));
      }
      out[along] += in(i)[along];
      elements(out);
    }
    return out;
  }

  static bool equal_but(std::size_t skipped, const Shape& a, const Shape& b) {
    bool equal = a.size() == b.size();
    for (std::size_t i = 0; equal && i < a.size(); ++i) equal = i == skipped || a[i] == b[i];
    return equal;
  }

  Shape operator()(const Slice& op) const {
    Shape out = in();
    std::int64_t& size = out[axis(op.axis, out)];
    const auto bound = [size](std::int64_t b) {
      return std::clamp<std::int64_t>(b < 0 ? b + size : b, 0, size);
    };
    const std::int64_t length = bound(op.end) - bound(op.begin);
    size = length > 0 ? (length - 1) / op.step + 1 : 0;
    return out;
  }

  Shape operator()(const Transpose& op) const {
    if (op.order.size() != in().size()) {
      fail("input is " + to_string(in()) + ", order is for " + std::to_string(op.order.size()) +
           " axes");
    }
    Shape out;
    for (const int a : op.order) out.push_back(in()[static_cast<std::size_t>(a)]);
    return out;
  }

  std::int64_t copied(const Dim& d) const {
    const Shape& source = in(static_cast<std::size_t>(d.source));
    return source[axis(d.axis, source)];
  }

  Shape operator()(const Reshape& op) const {
    Shape out;
    std::int64_t* open = nullptr;
    out.reserve(op.dims.size());
    for (const Dim& d : op.dims) {
      switch (d.kind) {
        case Dim::Kind::fixed: out.push_back(d.value); break;
        case Dim::Kind::copy: out.push_back(copied(d)); break;
        case Dim::Kind::infer: open = &out.emplace_back(1); break;
      }
    }
    const std::int64_t wanted = elements(in()), known = elements(out);
    if (open) *open = known > 0 && wanted % known == 0 ? wanted / known : -1;
    if ((open && *open < 0) || elements(out) != wanted) {
      fail("input " + to_string(in()) + " has " + plural(wanted, "element") +
           ", which do not fill " + to_string(out));
    }
    return out;
  }

  Shape operator()(const Pad& op) const {
    if (op.before.size() != in().size()) {
      fail("input is " + to_string(in()) + ", padding is for " + std::to_string(op.before.size()) +
           " axes");
    }
    Shape out = in();
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] += op.before[i] + op.after[i];
      if (out[i] < 0) fail("crops more than input " + to_string(in()) + " has");
    }
    return out;
  }

  // In float, as runtimes do it: then the float nearest 1.9 makes 19 of 10, not 18.
  std::int64_t scaled(std::int64_t size, float scale) const {
    const float product = std::floor(static_cast<float>(size) * scale);
    if (!(product >= 1 && product < 0x1p48f)) {
      fail("input " + to_string(in()) + " times scale " + std::to_string(scale) +
           " is no usable size");
    }
    return static_cast<std::int64_t>(product);
  }

  Shape operator()(const Resize& op) const {
    const Shape& x = image();
    if (op.scale_h > 0) return {x[0], x[1], scaled(x[2], op.scale_h), scaled(x[3], op.scale_w)};
    return {x[0], x[1], op.height, op.width};
  }

  Shape operator()(const Softmax& op) const {
    axis(op.axis, in());
    return in();
  }

  Shape operator()(const Reduce& op) const {
    std::vector<bool> reduced(in().size(), false);
    for (const int a : op.axes) reduced[axis(a, in())] = true;
    Shape out;
    for (std::size_t i = 0; i < reduced.size(); ++i) {
      if (!reduced[i]) out.push_back(in()[i]);
      if (reduced[i] && op.keep_dims) out.push_back(1);
    }
    return out;
  }

  Shape operator()(const RoiPool& op) const {
    const Shape &x = image(), &regions = in(1);
    if (regions.size() != 2 || regions[1] != 5) {
      fail("regions are " + to_string(regions) + ", wanted R x 5");
    }
    return {regions[0], x[1], op.size.h, op.size.w};
  }

  Shape operator()(const Proposals& op) const {
    const Shape &scores = image(), &deltas = in(1), &whole = in(2);
    const auto anchors = static_cast<std::int64_t>(op.scales.size() * op.ratios.size());
    const auto wanted = [&](std::int64_t planes) {
      return Shape{scores[0], planes * anchors, scores[2], scores[3]};
    };
    if (scores != wanted(2) || deltas != wanted(4)) {
      fail("scores are " + to_string(scores) + " and box deltas " + to_string(deltas) +
           ", wanted 2 and 4 planes for each of " + plural(anchors, "anchor"));
    }
    if (scores[2] * scores[3] == 0) fail("scores are " + to_string(scores) + ", of no anchor");
    if (whole.size() != 4 || whole[0] != scores[0]) {
      fail("the image is " + to_string(whole) + ", the scores are " + to_string(scores));
    }
    return {elements({scores[0], op.kept}), 5};
  }

  Shape operator()(const FakeQuantize& op) const {
    const auto* grid = std::get_if<Grid>(&op.grid);
    if (!grid || grid->axis < 0) return in();
    const std::int64_t size = in()[axis(grid->axis, in())];
    if (size != static_cast<std::int64_t>(grid->scale.size())) {
      fail("axis " + std::to_string(grid->axis) + " of the input has size " + std::to_string(size) +
           ", the grid has " + std::to_string(grid->scale.size()) + " scales");
    }
    return in();
  }
};

void check_input(const Node& node, const Shape& input) {
  const Shape& wanted = std::get<Input>(node.op).shape;
  bool fits = wanted.size() == input.size();
  for (std::size_t i = 0; fits && i < input.size(); ++i) {
    fits = input[i] > 0 && (wanted[i] == -1 || wanted[i] == input[i]);
  }
  if (!fits) {
    throw Error(Fault::bad_data, describe(node) + ": the network takes " + to_string(wanted) +
                                     ", the tensor given is " + to_string(input));
  }
}

}  // namespace

std::optional<std::size_t> resolve_axis(int axis, std::size_t rank) {
  const auto n = static_cast<std::int64_t>(rank);
  const std::int64_t resolved = axis < 0 ? axis + n : axis;
  if (resolved < 0 || resolved >= n) return std::nullopt;
  return static_cast<std::size_t>(resolved);
}

Shape infer_shape(const Node& node, std::span<const Shape* const> inputs) {
  const ShapeRule rule{node, inputs};
  Shape shape = std::visit(rule, node.op);
  rule.elements(shape);
  return shape;
}

std::vector<Shape> infer_shapes(const Graph& graph, const Shape& input) {
  check_input(graph.nodes.front(), input);
  std::vector<Shape> shapes{input};
  shapes.reserve(graph.nodes.size());
  for (std::size_t i = 1; i < graph.nodes.size(); ++i) {
    std::vector<const Shape*> inputs;
    for (const NodeId id : graph.nodes[i].inputs) {
      inputs.push_back(&shapes[static_cast<std::size_t>(id)]);
    }
    shapes.push_back(infer_shape(graph.nodes[i], inputs));
  }
  return shapes;
}

std::vector<std::size_t> infer_ranks(const Graph& graph) {
  std::vector<std::size_t> ranks;
  for (const Node& node : graph.nodes) {
    std::size_t rank = 0;
    for (const NodeId id : node.inputs) rank = std::max(rank, ranks[static_cast<std::size_t>(id)]);
    if (const auto* op = std::get_if<Input>(&node.op)) rank = op->shape.size();
    if (const auto* op = std::get_if<Constant>(&node.op)) rank = op->value.rank();
    if (const auto* op = std::get_if<Reshape>(&node.op)) rank = op->dims.size();
    if (std::holds_alternative<Proposals>(node.op)) rank = 2;
    if (const auto* op = std::get_if<Reduce>(&node.op); op && !op->keep_dims) {
      std::set<std::optional<std::size_t>> axes;
      for (const int a : op->axes) axes.insert(resolve_axis(a, rank));
      rank -= std::min(rank, axes.size());
    }
    ranks.push_back(rank);
  }
  return ranks;
}

}  // namespace bench
