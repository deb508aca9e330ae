#include <algorithm>
#include <cmath>

#include "models/decoders/list.h"
#include "models/decoders/nms.h"
#include "models/decoders/outputs.h"
#include "models/error.h"

namespace bench {
namespace {

constexpr std::string_view name = "yolo-darknet";
constexpr double least_score = 0.005;
constexpr NmsRule rule{.overlap = 0.45};

using ByClass = std::vector<std::vector<Detection>>;

struct Head {
  YoloHead facts;
  std::size_t output = 0;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// One anchor's block of 5 + classes planes.
struct Block {
  std::span<const float> planes;
  std::int64_t rows, columns;

  double at(std::int64_t plane, std::int64_t cell) const {
    return planes[static_cast<std::size_t>(plane * rows * columns + cell)];
  }
};

/// The box of one cell on the image. Source: darknet's get_yolo_box, with scale_x_y.
Box box_of(const Block& block, std::int64_t cell, const YoloHead& head,
           const YoloHead::Anchor& anchor, const Geometry& g) {
  const auto centre = [&](std::int64_t plane, std::int64_t place, std::int64_t places) {
    const double inside = sigmoid(block.at(plane, cell)) * head.scale_xy - (head.scale_xy - 1) / 2;
    return (static_cast<double>(place) + inside) / static_cast<double>(places);
  };
  const double x = centre(0, cell % block.columns, block.columns) * g.input_width;
  const double y = centre(1, cell / block.columns, block.rows) * g.input_height;
  const double w = std::exp(block.at(2, cell)) * anchor.width;
  const double h = std::exp(block.at(3, cell)) * anchor.height;
  return on_image({x - w / 2, y - h / 2, x + w / 2, y + h / 2}, g);
}

void add_objects(ByClass& found, const Block& block, const YoloHead& head,
                 const YoloHead::Anchor& anchor, const Geometry& geometry) {
  for (std::int64_t cell = 0; cell < block.rows * block.columns; ++cell) {
    const double objectness = sigmoid(block.at(4, cell));
    if (!(objectness > least_score)) continue;  // a class score is at most 1
    const Box box = box_of(block, cell, head, anchor, geometry);
    for (int c = 0; c < head.classes; ++c) {
      const double score = objectness * sigmoid(block.at(5 + c, cell));
      if (score > least_score) {
        found[static_cast<std::size_t>(c)].push_back({.label = c, .score = score, .box = box});
      }
    }
  }
}

void add_head(ByClass& found, const ViewOutputs& view, const Head& head) {
  const auto anchors = static_cast<std::int64_t>(head.facts.anchors.size());
  const std::int64_t block_planes = 5 + head.facts.classes;
  const auto values = checked_output(view, head.output, {1, anchors * block_planes, -1, -1}, name);
  const Shape& shape = view.outputs[head.output].shape();
  const auto block_size = static_cast<std::size_t>(block_planes * shape[2] * shape[3]);
  for (std::size_t a = 0; a < head.facts.anchors.size(); ++a) {
    const Block block{values.subspan(a * block_size, block_size), shape[2], shape[3]};
    add_objects(found, block, head.facts, head.facts.anchors[a], view.geometry);
  }
}

Answer decode(const ViewOutputs& view, const std::vector<Head>& heads, std::size_t classes) {
  ByClass found(classes);
  for (const Head& head : heads) add_head(found, view, head);
  Detections result;
  for (const std::vector<Detection>& of_class : found) {
    for (const Detection& d : suppress(of_class, rule)) {
      result.items.push_back(as_voc(d, view.geometry));
    }
  }
  return result;
}

}  // namespace

Decode decode_yolo_darknet(const Graph& graph, const DecodeFacts& facts) {
  if (facts.yolo_heads.empty()) {
    throw Error(Fault::bad_data,
                "decoder 'yolo-darknet': the network has no [yolo] layers; it reads darknet files");
  }
  std::vector<Head> heads;
  int classes = 0;
  for (const YoloHead& head : facts.yolo_heads) {
    heads.push_back({head, output_index(graph, name, head.output)});
    classes = std::max(classes, head.classes);
  }
  return [heads, classes](std::span<const ViewOutputs> views) {
    return decode(only_view(views, name), heads, static_cast<std::size_t>(classes));
  };
}

}  // namespace bench
