#include "bench/recipe_showing.h"

#include "models/random.h"
#include "models/reference.h"

namespace bench {

RunShowing runner(const CalibrationInputs& inputs, const Graph& graph) {
  if (inputs.runner) return inputs.runner(graph);
  return [](const Graph& g, const Tensor& input, const SeeValue& see) {
    evaluate_showing(g, input, see);
  };
}

PrepareGraph as_prepare(const CalibrationInputs& inputs) {
  return [&inputs](const Graph& graph) -> RunGraph {
    return [run = runner(inputs, graph), graph](const Tensor& image) {
      std::vector<Tensor> outputs(graph.outputs.size());
      run(graph, image, [&](NodeId id, const Tensor& value) {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
          if (graph.outputs[i].node == id) outputs[i] = value;
        }
      });
      return outputs;
    };
  };
}

void for_each(const CalibrationInputs& inputs, const std::function<void(const Tensor&)>& take) {
  for (std::size_t i = 0; i < inputs.images; ++i) {
    for (const Tensor& view : inputs.load(i)) take(view);
  }
}

Tensor any_input(const Graph& graph, const CalibrationInputs& inputs) {
  if (inputs.images > 0) return inputs.load(0).at(0);
  Shape shape = std::get<Input>(graph.nodes.front().op).shape;
  if (!inputs.shape.empty()) shape = inputs.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) shape[i] = i == 0 ? 1 : 64;
  }
  return Random(1).tensor(shape, -1, 1);
}

}  // namespace bench
