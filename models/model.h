#pragma once
// What turns an image into a network's input and a network's outputs into an Answer.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/answer.h"
#include "models/tensor.h"

namespace bench {

/// Where a network's input lies on the image it came from:  input_x = image_x * scale_x + offset_x.
struct Geometry {
  int image_width = 0, image_height = 0;
  int input_width = 0, input_height = 0;
  double scale_x = 1, scale_y = 1;
  double offset_x = 0, offset_y = 0;
};

/// One tensor to run for an image. Most preparations give one view; test-time flipping gives two.
struct View {
  Tensor input;  ///< 1 x C x H x W, f32
  Geometry geometry;
};

/// What the network gave for one View.
struct ViewOutputs {
  std::vector<Tensor> outputs;  ///< in the order of Graph::outputs
  Geometry geometry;
};

/// All views of one image -> what the network says of it. Bound to a graph's output names when
/// made. Throws Error{bad_data} if the outputs are not of the shape this decoder reads.
using Decode = std::function<Answer(std::span<const ViewOutputs> views)>;

}  // namespace bench
