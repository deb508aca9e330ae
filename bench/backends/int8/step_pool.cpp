#include <map>

#include "bench/backends/int8/pooling.h"
#include "bench/backends/int8/steps.h"

namespace bench::int8 {
namespace {

// What becomes of the sums of an average's windows, for one place in the graph.
class AverageBytes {
 public:
  AverageBytes(const integer::Average& op, const integer::Node& node, const integer::Node& source,
               int kernel)
      : op_(op),
        name_(node.name),
        input_{source.grid->scale[0], source.grid->zero_point[0]},
        output_scale_(node.grid->scale[0]),
        zero_byte_(zero_byte(source)),
        offset_(byte_offset(node)),
        kernel_(kernel) {}

  /// Sums of `inside` bytes.
  void operator()(std::int32_t inside, std::span<const std::int32_t> sums, std::uint8_t* results) {
    const std::int32_t n = op_.window.count_include_pad ? kernel_ : inside;
    if (op_.own_grid) {
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::int32_t sum = sums[i] - inside * zero_byte_ + n * input_.zero_point;
        results[i] = static_cast<std::uint8_t>(
            std::clamp(average_on_own_grid(sum, n), op_.target.lowest, op_.target.highest) +
            offset_);
      }
      return;
    }
    centred_.resize(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) centred_[i] = sums[i] - inside * zero_byte_;
    requantizer(n).apply<std::uint8_t>(centred_, 0, {results, sums.size()});
  }

 private:
  const Requantizer& requantizer(std::int32_t n) {
    auto found = requantizers_.find(n);
    if (found == requantizers_.end()) {
      const Requantizer made =
          averager(op_.mode, input_, n, output_scale_, op_.target, name_).moved_by(offset_);
      found = requantizers_.emplace(n, made).first;
    }
    return found->second;
  }

  const integer::Average& op_;
  std::string name_;
  Scaled input_;
  float output_scale_;
  std::int32_t zero_byte_, offset_;
  int kernel_;
  std::map<std::int32_t, Requantizer> requantizers_;
  std::vector<std::int32_t> centred_;
};

Windows windows_of(const Pair& kernel, const Pair& stride, const Pair& dilation, const Padding& pad,
                   const Shape& result) {
  return {kernel, stride, dilation, pad.top, pad.left, result[2], result[3]};
}

}  // namespace

bool plan_max(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const MaxPool& pool = std::get<integer::Max>(node.op).window;
  const Place from = planner.read(node.inputs[0], true), to = planner.write(id, true);
  const Windows windows =
      windows_of(pool.kernel, pool.stride, pool.dilation, pool.pad, planner.shape(id));
  planner.add(id, "int8:max", {from}, to, [=](const Workspace& memory) {
    max_pool(windows, map_of(from), memory.numbers(from), memory.numbers(to));
  });
  return true;
}

bool plan_average(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const auto& op = std::get<integer::Average>(node.op);
  const Place from = planner.read(node.inputs[0], true), to = planner.write(id, !op.flat);
  const Map map = map_of(from);
  const AveragePool& pool = op.window;
  const bool whole = pool.kernel.h == 0;
  const Pair kernel =
      whole ? Pair{static_cast<int>(map.height), static_cast<int>(map.width)} : pool.kernel;
  const Windows windows =
      whole ? Windows{kernel, {1, 1}, {1, 1}, 0, 0, 1, 1}
            : windows_of(kernel, pool.stride, {1, 1}, pool.pad, planner.shape(id));
  const AverageBytes bytes(op, node, planner.node(node.inputs[0]), kernel.h * kernel.w);
  Step step{planner.fact(id, "int8:average"), {from}, {to}, 0, {}};
  step.scratch_bytes = static_cast<std::size_t>(map.channels) * sizeof(std::int32_t);
  step.run = [=](const Workspace& memory) {
    average_pool(windows, map, memory.numbers(from), AverageBytes(bytes),
                 reinterpret_cast<std::int32_t*>(memory.scratch), memory.numbers(to));
  };
  planner.add(std::move(step));
  return true;
}

}  // namespace bench::int8
