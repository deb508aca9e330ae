#pragma once
// What decoders share: finding their outputs, checking what arrived, and the way back from the
// network's input to the image.

#include <span>
#include <string>
#include <string_view>

#include "models/graph.h"
#include "models/model.h"

namespace bench {

/// The place of the output `name` in Graph::outputs. Throws Error{bad_data} naming those there are.
std::size_t output_index(const Graph& graph, std::string_view decoder, std::string_view name);

/// Throws Error{bad_data} unless the graph has exactly one output.
void want_one_output(const Graph& graph, std::string_view decoder);

/// The only view. Throws Error{usage} if a preparation gives several to a decoder that reads one.
const ViewOutputs& only_view(std::span<const ViewOutputs> views, std::string_view decoder);

/// The elements of output `index`, which must have shape `wanted` (-1: any). Throws Error{bad_data}
/// naming the decoder and the shape that came, or if an element is not a number.
std::span<const float> checked_output(const ViewOutputs& view, std::size_t index,
                                      const Shape& wanted, std::string_view decoder);

/// Probabilities from one thing's logits.
std::vector<double> softmax(std::span<const float> logits);

/// From the network's input to the image, in pixels.
Box on_image(const Box& box, const Geometry& geometry);

/// As VOC's results files hold it: clipped to the image, corners 1-based, of 3 decimals; a score of
/// 6.
Detection as_voc(Detection detection, const Geometry& geometry);

/// `value` rounded to a multiple of 1 / `steps`.
double rounded(double value, double steps);

}  // namespace bench
