#pragma once
// One function for each kind of layer. Each adds what computes the step to the plan and returns
// true; or adds nothing and returns false, where no fast and exact way is known here.

#include "bench/onednn/planner.h"

namespace bench::onednn {

/// By the kind of the step's first node.
bool plan_layer(Planner& planner, const Step& step);

bool plan_convolution(Planner& planner, const Step& step);
bool plan_linear(Planner& planner, const Step& step);
bool plan_batch_norm(Planner& planner, const Step& step);
bool plan_arithmetic(Planner& planner, const Step& step);
bool plan_activation(Planner& planner, NodeId id);
bool plan_prelu(Planner& planner, NodeId id);
bool plan_softmax(Planner& planner, NodeId id);
bool plan_max_pool(Planner& planner, NodeId id);
bool plan_average_pool(Planner& planner, NodeId id);
bool plan_reduce(Planner& planner, NodeId id);
bool plan_concat(Planner& planner, NodeId id);
bool plan_slice(Planner& planner, NodeId id);
bool plan_transpose(Planner& planner, NodeId id);
bool plan_reshape(Planner& planner, NodeId id);
bool plan_pad(Planner& planner, NodeId id);
bool plan_resize(Planner& planner, NodeId id);
bool plan_fake_quantize(Planner& planner, NodeId id);

/// Any node, through models/reference.h: exact and slow. The layer's fact says "plain".
void plan_plain(Planner& planner, NodeId id);

}  // namespace bench::onednn
