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

/// One detection layer of a darknet network. Its output is the raw convolution: per anchor a block
/// of 5 + classes channels (x, y, w, h, objectness, classes), all before their sigmoid or exp.
struct YoloHead {
  struct Anchor {
    double width = 0, height = 0;  ///< pixels of the network's input
  };
  std::string output;           ///< name of the graph output
  std::vector<Anchor> anchors;  ///< this head's own, chosen by the file's mask
  int classes = 0;
  double scale_xy = 1;  ///< sigmoid(x) is stretched about 1/2 by this (darknet scale_x_y)
};

/// What a network's file says about reading its outputs, beyond the graph itself.
struct DecodeFacts {
  std::vector<YoloHead> yolo_heads;  ///< in the order of Graph::outputs
};

/// All views of one image -> what the network says of it. Bound to a graph's output names when
/// made. Throws Error{bad_data} if the outputs are not of the shape this decoder reads.
using Decode = std::function<Answer(std::span<const ViewOutputs> views)>;

}  // namespace bench
