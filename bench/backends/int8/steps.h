#pragma once
// One function for each kind of node. Each adds what computes the node to the plan and returns
// true; or adds nothing and returns false, where only the plain code knows how.

#include "bench/backends/int8/planner.h"

namespace bench::int8 {

/// Any node, by the fastest way there is.
void plan_node(Planner& planner, NodeId id);

bool plan_quantize(Planner& planner, NodeId id);
bool plan_dynamic_quantize(Planner& planner, NodeId id);
bool plan_dequantize(Planner& planner, NodeId id);
bool plan_layer(Planner& planner, NodeId id);
bool plan_add(Planner& planner, NodeId id);  ///< or the Layer before it, sum and all
bool plan_sum(Planner& planner, NodeId id);
bool plan_multiply(Planner& planner, NodeId id);
bool plan_average(Planner& planner, NodeId id);
bool plan_max(Planner& planner, NodeId id);
bool plan_max_of_regions(Planner& planner, NodeId id);
bool plan_lookup(Planner& planner, NodeId id);
bool plan_prelu(Planner& planner, NodeId id);
bool plan_move(Planner& planner, NodeId id);
bool plan_resize_linear(Planner& planner, NodeId id);

/// A FloatPart, at the first of its nodes; or a Float node alone.
bool plan_float(Planner& planner, NodeId id);

/// Through models/integer_graph.h: exact and slow. The fact says "plain".
void plan_plain(Planner& planner, NodeId id);

/// The sizes of a place of four axes that lies channels last.
Map map_of(const Place& place);

}  // namespace bench::int8
