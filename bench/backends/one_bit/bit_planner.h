#pragma once
// Plans binary layers and what stands between them, for one input shape. Bits are made when a
// layer first wants them, and are then there for all that do.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/backends/one_bit/binary_layers.h"
#include "bench/onednn/planner.h"

namespace bench::one_bit {

class BitPlanner {
 public:
  /// REQUIRES both to outlive this, and `layers` the plan.
  BitPlanner(onednn::Planner& planner, const BinaryLayers& layers)
      : planner_(planner), layers_(layers) {}

  /// A binary layer with what follows it, whose result is floats.
  void plan_floats(NodeId layer);
  /// The floats of a value whose signs come first.
  void plan_unpacking(NodeId id);

 private:
  /// The signs of a feature map.
  struct Bits {
    onednn::Place place;
    BitMap map;
  };
  /// Around which signs what is laid out, and for how many groups.
  struct Border {
    Padding pad{};
    PadValue value = PadValue::zero;
    std::int64_t groups = 1;
    friend bool operator==(const Border&, const Border&) = default;
  };
  struct LaidOut {
    int buffer;  // of the bits without border
    Border border;
    Bits bits;
  };
  using Run = std::function<void(const onednn::Workspace&)>;

  const Node& node(NodeId id) const { return planner_.node(id); }
  const Forms& forms() const { return layers_.forms; }
  onednn::Desc channels_innermost(NodeId id) const;
  Bits room_for(const BitMap& map);
  LayerFact fact(const std::vector<NodeId>& nodes, std::string implementation, Part part) const;
  void add(LayerFact fact, std::vector<onednn::Place> reads, const onednn::Place& to, Run run,
           std::size_t scratch_bytes = 0);

  Bits signs(NodeId id);
  Bits passed_signs(NodeId id);
  Bits compared(NodeId id);
  Bits pack(NodeId source, const std::vector<NodeId>& path, LayerFact fact);
  Bits pool(const Bits& bits, NodeId id);
  Bits with_border(const Bits& bits, const Border& border, NodeId reader);

  Bits input_of(NodeId layer);
  void add_layer(NodeId layer, LayerFact fact, const onednn::Place& to);
  void add_signs_layer(NodeId layer, LayerFact fact, const onednn::Place& to);
  void add_real_layer(NodeId layer, LayerFact fact, const onednn::Place& to);
  std::vector<onednn::Place> operands_of(NodeId layer);

  onednn::Planner& planner_;
  const BinaryLayers& layers_;
  std::map<NodeId, Bits> signs_;
  std::vector<LaidOut> laid_out_;
};

}  // namespace bench::one_bit
