#include "bench/onednn/layers.h"

#include <algorithm>

#include "models/error.h"
#include "models/passes/layers.h"
#include "models/reference.h"

namespace bench::onednn {
namespace {

// Chooses the function by the op. A step of one node is passed as that node.
struct ByOp {
  Planner& planner;
  const Step& step;

  bool operator()(const Input&) const { return true; }
  bool operator()(const Constant&) const { return true; }
  bool operator()(const Conv2d&) const { return plan_convolution(planner, step); }
  bool operator()(const Linear&) const { return plan_linear(planner, step); }
  bool operator()(const BatchNorm&) const { return plan_batch_norm(planner, step); }
  bool operator()(const Arithmetic&) const { return plan_arithmetic(planner, step); }
  bool operator()(const Activation&) const { return plan_activation(planner, step.head()); }
  bool operator()(const PRelu&) const { return plan_prelu(planner, step.head()); }
  bool operator()(const Softmax&) const { return plan_softmax(planner, step.head()); }
  bool operator()(const MaxPool&) const { return plan_max_pool(planner, step.head()); }
  bool operator()(const AveragePool&) const { return plan_average_pool(planner, step.head()); }
  bool operator()(const Reduce&) const { return plan_reduce(planner, step.head()); }
  bool operator()(const Concat&) const { return plan_concat(planner, step.head()); }
  bool operator()(const Slice&) const { return plan_slice(planner, step.head()); }
  bool operator()(const Transpose&) const { return plan_transpose(planner, step.head()); }
  bool operator()(const Reshape&) const { return plan_reshape(planner, step.head()); }
  bool operator()(const Pad&) const { return plan_pad(planner, step.head()); }
  bool operator()(const Resize&) const { return plan_resize(planner, step.head()); }
  bool operator()(const RoiPool&) const { return false; }
  bool operator()(const Proposals&) const { return false; }
  bool operator()(const FakeQuantize&) const { return plan_fake_quantize(planner, step.head()); }
};

bool has_elements(const Planner& planner, NodeId id) { return count(planner.shape(id)) > 0; }

}  // namespace

bool plan_layer(Planner& planner, const Step& step) {
  for (const NodeId id : step.nodes) {
    const std::vector<NodeId>& inputs = planner.node(id).inputs;
    if (!has_elements(planner, id)) return false;
    if (!std::all_of(inputs.begin(), inputs.end(),
                     [&](NodeId input) { return has_elements(planner, input); })) {
      return false;
    }
  }
  try {
    return std::visit(ByOp{planner, step}, planner.node(step.head()).op);
  } catch (const dnnl::error& error) {
    // What oneDNN declines to describe has to go another way; anything else is a real failure.
    if (error.status == dnnl_invalid_arguments || error.status == dnnl_unimplemented) return false;
    throw Error(Fault::environment,
                "node '" + planner.node(step.result()).name + "': oneDNN: " + error.what());
  }
}

void plan_plain(Planner& planner, NodeId id) {
  const Node& node = planner.node(id);
  Op op = node.op;
  if (Tensor* weight = weight_of(op)) *weight = planner.weights().plain_weight(id, weight->shape());
  Layer layer;
  std::vector<Shape> shapes;
  for (const NodeId input : node.inputs) {
    layer.reads.push_back(planner.read(input, row_major(planner.shape(input))));
    shapes.push_back(planner.shape(input));
  }
  const Shape shape = planner.shape(id);
  const Place to = planner.write(id, row_major(shape));
  layer.writes = {to};
  layer.fact = planner.fact({{id}}, "plain", to.layout);
  const auto shared_op = std::make_shared<const Op>(std::move(op));
  layer.bind = [shared_op, shapes, shape, to, from = layer.reads](Workspace& workspace) -> Work {
    return [&workspace, shared_op, shapes, shape, to, from] {
      std::vector<Tensor> inputs;
      std::vector<const Tensor*> pointers;
      for (std::size_t i = 0; i < from.size(); ++i) {
        inputs.emplace_back(shapes[i]);
        const std::span<float> values = inputs.back().data<float>();
        std::copy_n(workspace.data(from[i]), values.size(), values.begin());
      }
      for (const Tensor& input : inputs) pointers.push_back(&input);
      const Tensor result = evaluate_node(*shared_op, pointers, shape);
      std::ranges::copy(result.data<float>(), workspace.data(to));
    };
  };
  planner.add(std::move(layer));
}

}  // namespace bench::onednn
