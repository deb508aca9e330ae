#include <algorithm>
#include <map>

#include "bench/backends/int8/pooling.h"
#include "bench/backends/int8/steps.h"
#include "models/roi_bins.h"

namespace bench::int8 {
namespace {

// What becomes of the sums of an average's windows, for one place in the graph.
class AverageBytes {
 public:
  AverageBytes(const integer::Average& op, const integer::Node& node, const integer::Node& source)
      : op_(op),
        name_(node.name),
        input_{source.grid->scale[0], source.grid->zero_point[0]},
        output_scale_(node.grid->scale[0]),
        zero_byte_(zero_byte(source)),
        offset_(byte_offset(node)) {}

  void operator()(std::int32_t inside, std::int32_t n, std::span<const std::int32_t> sums,
                  std::uint8_t* results) {
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
  std::map<std::int32_t, Requantizer> requantizers_;
  std::vector<std::int32_t> centred_;
};

}  // namespace

bool plan_max(Planner& planner, NodeId id) {
  const MaxPool& window = std::get<integer::Max>(planner.node(id).op).window;
  const Place from = planner.read(planner.node(id).inputs[0], true), to = planner.write(id, true);
  planner.add(id, "int8:max", {from}, to, [=](const Workspace& memory) {
    max_pool(window, map_of(from), memory.numbers(from), to.shape[2], to.shape[3],
             memory.numbers(to));
  });
  return true;
}

bool plan_max_of_regions(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const RoiPool op = std::get<integer::MaxOfRegions>(node.op).op;
  const Place from = planner.read(node.inputs[0], false);
  const Place regions = planner.read(node.inputs[1], false), to = planner.write(id, false);
  const auto nothing = static_cast<std::uint8_t>(zero_byte(node));
  planner.add(id, "int8:max of regions", {from, regions}, to, [=](const Workspace& memory) {
    const std::span<const float> places(memory.values(regions),
                                        static_cast<std::size_t>(regions.size()));
    const auto bins = roi_bins(op, from.shape, places);
    roi_pool(bins, static_cast<std::size_t>(op.size.h) * static_cast<std::size_t>(op.size.w),
             from.shape, memory.numbers(from), nothing, memory.numbers(to));
  });
  return true;
}

bool plan_average(Planner& planner, NodeId id) {
  const integer::Node& node = planner.node(id);
  const auto& op = std::get<integer::Average>(node.op);
  const Place from = planner.read(node.inputs[0], true), to = planner.write(id, !op.flat);
  const Map map = map_of(from);
  AveragePool window = op.window;
  const bool whole = window.kernel.h == 0;
  if (whole) window.kernel = {static_cast<int>(map.height), static_cast<int>(map.width)};
  const std::int64_t rows = whole ? 1 : to.shape[2], columns = whole ? 1 : to.shape[3];
  const AverageBytes bytes(op, node, planner.node(node.inputs[0]));
  Step step{planner.fact(id, "int8:average"), {from}, {to}, 0, {}};
  step.scratch_bytes = static_cast<std::size_t>(map.channels) * sizeof(std::int32_t);
  step.run = [=](const Workspace& memory) {
    average_pool(window, map, memory.numbers(from), rows, columns, AverageBytes(bytes),
                 reinterpret_cast<std::int32_t*>(memory.scratch), memory.numbers(to));
  };
  planner.add(std::move(step));
  return true;
}

}  // namespace bench::int8
