#include "models/graph_digest.h"

#include <type_traits>

#include "models/sha256.h"

namespace bench {
namespace {

class Digest {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void add(T value) { hash_.add(std::as_bytes(std::span(&value, 1))); }
  void add(std::string_view text) {
    add(text.size());
    hash_.add(text);
  }
  void add(const Tensor& t) {
    add(static_cast<int>(t.type()));
    add(t.shape());
    hash_.add(t.bytes());
  }
  void add(const Pair& v) { all(v.h, v.w); }
  void add(const Padding& v) { all(v.top, v.left, v.bottom, v.right); }
  void add(const Dim& v) { all(v.kind, v.value, v.source, v.axis); }
  template <class T>
  void add(const std::vector<T>& list) {
    add(list.size());
    for (const T& item : list) add(item);
  }

  void add(const Grid& v) {
    all(v.bits, v.is_signed, v.narrow, v.scale, v.zero_point, v.offset, v.axis, v.rounding);
  }
  void add(const DynamicGrid& v) { all(v.range, v.bits, v.rounding); }
  void add(const std::optional<Grid>& v) {
    add(v.has_value());
    if (v) add(*v);
  }

  void add(const Input& v) { add(v.shape); }
  void add(const Constant& v) { add(v.value); }
  void add(const Conv2d& v) {
    all(v.weight, v.bias, v.stride, v.pad, v.dilation, v.groups, v.weight_grid, v.bias_grid);
  }
  void add(const Linear& v) { all(v.weight, v.bias, v.weight_grid, v.bias_grid); }
  void add(const BatchNorm& v) { all(v.gamma, v.beta, v.mean, v.variance, v.epsilon); }
  void add(const Activation& v) { all(v.kind, v.alpha, v.beta); }
  void add(const PRelu& v) { add(v.slope); }
  void add(const MaxPool& v) { all(v.kernel, v.stride, v.pad, v.dilation, v.ceil_mode); }
  void add(const AveragePool& v) {
    all(v.kernel, v.stride, v.pad, v.ceil_mode, v.count_include_pad);
  }
  void add(const Arithmetic& v) { add(v.kind); }
  void add(const Concat& v) { add(v.axis); }
  void add(const Slice& v) { all(v.axis, v.begin, v.end, v.step); }
  void add(const Transpose& v) { add(v.order); }
  void add(const Reshape& v) { add(v.dims); }
  void add(const Pad& v) { all(v.before, v.after, v.value); }
  void add(const Resize& v) {
    all(v.mode, v.coordinates, v.rounding, v.scale_h, v.scale_w, v.height, v.width);
  }
  void add(const Softmax& v) { add(v.axis); }
  void add(const Reduce& v) { all(v.kind, v.axes, v.keep_dims); }
  void add(const RoiPool& v) { all(v.size, v.scale); }
  void add(const Proposals& v) {
    all(v.base_size, v.scales, v.ratios, v.stride, v.candidates, v.kept, v.overlap, v.min_size);
  }
  void add(const FakeQuantize& v) {
    add(v.grid.index());
    std::visit([this](const auto& grid) { add(grid); }, v.grid);
  }

  void add(const Node& node) {
    add(name_of(node.op));
    std::visit([this](const auto& op) { add(op); }, node.op);
    add(node.inputs);
  }
  void add(const Output& output) {
    add(std::string_view(output.name));  // decoders tell outputs apart by name
    add(output.node);
  }

  template <class... T>
  void all(const T&... values) {
    (add(values), ...);
  }
  std::string hex() { return hash_.hex(); }

 private:
  Sha256 hash_;
};

}  // namespace

std::string digest(const Graph& graph) {
  Digest digest;
  digest.all(graph.nodes, graph.outputs);
  return digest.hex();
}

}  // namespace bench
