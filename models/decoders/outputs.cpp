#include "models/decoders/outputs.h"

#include <algorithm>
#include <cmath>

#include "models/error.h"

namespace bench {
namespace {

[[noreturn]] void fail(std::string_view decoder, const std::string& text) {
  throw Error(Fault::bad_data, "decoder '" + std::string(decoder) + "': " + text);
}

bool fits(const Shape& shape, const Shape& wanted) {
  if (shape.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (wanted[i] >= 0 && shape[i] != wanted[i]) return false;
  }
  return true;
}

}  // namespace

std::size_t output_index(const Graph& graph, std::string_view decoder, std::string_view name) {
  std::string known;
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    if (graph.outputs[i].name == name) return i;
    known += " " + graph.outputs[i].name;
  }
  fail(decoder, "the network has no output '" + std::string(name) + "'; it has" + known);
}

void want_one_output(const Graph& graph, std::string_view decoder) {
  if (graph.outputs.size() == 1) return;
  fail(decoder, "reads one output, the network has " + std::to_string(graph.outputs.size()));
}

const ViewOutputs& only_view(std::span<const ViewOutputs> views, std::string_view decoder) {
  if (views.size() == 1) return views[0];
  throw Error(Fault::usage, "decoder '" + std::string(decoder) +
                                "' reads one view of an image; the preparation gives " +
                                std::to_string(views.size()));
}

std::span<const float> checked_output(const ViewOutputs& view, std::size_t index,
                                      const Shape& wanted, std::string_view decoder) {
  if (index >= view.outputs.size()) {
    fail(decoder, "output " + std::to_string(index) + " is missing");
  }
  const Tensor& tensor = view.outputs[index];
  const std::string name = "output " + std::to_string(index);
  if (tensor.type() != DType::f32 || !fits(tensor.shape(), wanted)) {
    fail(decoder, name + " is " + to_string(tensor.shape()) + ", wanted " + to_string(wanted));
  }
  const auto values = tensor.data<float>();
  for (const float value : values) {
    if (std::isnan(value)) fail(decoder, name + " holds what is not a number (NaN)");
  }
  return values;
}

std::vector<double> softmax(std::span<const float> logits) {
  const double largest = *std::ranges::max_element(logits);
  std::vector<double> scores;
  double sum = 0;
  for (const float x : logits) sum += scores.emplace_back(std::exp(x - largest));
  for (double& score : scores) score /= sum;
  return scores;
}

Box on_image(const Box& box, const Geometry& g) {
  return {(box.x1 - g.offset_x) / g.scale_x, (box.y1 - g.offset_y) / g.scale_y,
          (box.x2 - g.offset_x) / g.scale_x, (box.y2 - g.offset_y) / g.scale_y};
}

Detection as_voc(Detection d, const Geometry& g) {
  const auto pixel = [](double x, int size) {
    return rounded(std::clamp(x, 0.0, size - 1.0) + 1, 1e3);
  };
  d.box = {pixel(d.box.x1, g.image_width), pixel(d.box.y1, g.image_height),
           pixel(d.box.x2, g.image_width), pixel(d.box.y2, g.image_height)};
  d.score = rounded(d.score, 1e6);
  return d;
}

double rounded(double value, double steps) { return std::nearbyint(value * steps) / steps; }

}  // namespace bench
