#include "bench/commands/one_network.h"

#include <algorithm>
#include <charconv>

#include "bench/calibration.h"
#include "bench/model_card.h"
#include "bench/suite.h"
#include "models/error.h"
#include "models/formats/formats.h"
#include "models/passes/passes.h"
#include "models/random.h"
#include "models/zoo/zoo.h"

namespace bench {

OneNetwork open_network(const NetworkPlace& place) {
  if (place.untrained) return {find(zoo(), "untrained network", place.model).make(1)};
  if (is_network_file(place.model)) return {load_network(place.model).graph};
  const ModelCard& card = find_model_card(place.model);
  const WeightsPlaces folders = weights_places(place.weights, place.data);
  OneNetwork network{load_network(find_weights(card, folders).path).graph, card.input, card.task,
                     card.prepare};
  if (!card.output.empty()) network.graph = ending_at(std::move(network.graph), card.output);
  return network;
}

Shape parse_shape(const std::string& text) {
  Shape shape;
  const char* at = text.data();
  const char* end = at + text.size();
  for (bool more = true; more;) {
    std::int64_t size = 0;
    const auto [next, fault] = std::from_chars(at, end, size);
    if (fault != std::errc() || size < 1 || size > 65536) shape.assign(5, 0);
    shape.push_back(size);
    more = next != end && *next == 'x' && shape.size() < 5;
    at = next + (more ? 1 : 0);
  }
  if (shape.size() != 4 || at != end) {
    throw Error(Fault::usage, "--input " + text + ": expected a shape such as 1x3x224x224");
  }
  return shape;
}

Shape own_input(const Graph& graph, const std::string& model) {
  Shape shape = std::get<Input>(graph.nodes.front().op).shape;
  if (!shape.empty() && shape[0] < 0) shape[0] = 1;
  for (const std::int64_t size : shape) {
    if (size > 0) continue;
    throw Error(Fault::usage, model +
                                  ": takes images of any size; say which with --input, such "
                                  "as --input 1x3x240x320");
  }
  return shape;
}

CalibrationInputs noise_inputs(const Shape& shape) {
  CalibrationInputs inputs = inputs_for(nullptr, shape);
  inputs.images = 2;
  inputs.load = [shape](std::size_t image) {
    return std::vector<Tensor>{Random(11 + image).tensor(shape, -1, 1)};
  };
  return inputs;
}

}  // namespace bench
