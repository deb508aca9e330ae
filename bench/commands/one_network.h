#pragma once
// The network of a command that is about one, whatever a user may call it by: a model card's name,
// a file, or one of the untrained networks.

#include <cstdint>
#include <string>

#include "bench/recipe.h"
#include "models/graph.h"

namespace bench {

struct OneNetwork {
  Graph graph{};  ///< as load_network gives it
  Shape input{};  ///< of the model card, else empty
  std::string task{},
      prepare{};  ///< of the model card: data set and preparation by name, else empty
};

struct NetworkPlace {
  std::string model, weights, data;  ///< as typed: the last two may be empty
  bool untrained = false;            ///< `model` is one of zoo()
};

/// Throws as load_network, find_weights, and Error{usage} for an unknown name.
OneNetwork open_network(const NetworkPlace& place);

/// "1x3x224x224". Throws Error{usage}.
Shape parse_shape(const std::string& text);

/// What the file itself says, with a batch of one. Throws Error{usage} if it takes any size.
Shape own_input(const Graph& graph, const std::string& model);

/// Two images of noise in [-1, 1): for recipes that want to see images of networks that have none,
/// or where only the time matters.
CalibrationInputs noise_inputs(const Shape& shape);

}  // namespace bench
