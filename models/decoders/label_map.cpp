#include <algorithm>
#include <cmath>

#include "models/decoders/list.h"
#include "models/decoders/outputs.h"
#include "models/error.h"

namespace bench {
namespace {

struct Logits {
  std::span<const float> values;
  std::size_t classes, rows, columns;

  const float* row(std::size_t c, std::size_t y) const {
    return values.data() + (c * rows + y) * columns;
  }
};

Logits logits_of(const ViewOutputs& view, std::string_view name) {
  const auto values = checked_output(view, 0, {1, -1, -1, -1}, name);
  const Shape& shape = view.outputs[0].shape();
  if (values.empty() || shape[1] > 255) {
    throw Error(Fault::bad_data, "decoder '" + std::string(name) + "': output is " +
                                     to_string(shape) + "; 1 to 255 classes can be told apart");
  }
  return {values, static_cast<std::size_t>(shape[1]), static_cast<std::size_t>(shape[2]),
          static_cast<std::size_t>(shape[3])};
}

/// Where the pixel centres of one image axis fall on the cells of the logits.
struct Axis {
  double scale, offset;
  std::size_t cells;

  double at(int pixel) const { return (pixel + 0.5) * scale + offset; }
  std::size_t nearest(int pixel) const {
    return static_cast<std::size_t>(
        std::clamp(std::floor(at(pixel)), 0.0, static_cast<double>(cells - 1)));
  }
};

Axis horizontal(const Geometry& g, std::size_t cells) {
  const double ratio = static_cast<double>(cells) / g.input_width;
  return {g.scale_x * ratio, g.offset_x * ratio, cells};
}

Axis vertical(const Geometry& g, std::size_t cells) {
  const double ratio = static_cast<double>(cells) / g.input_height;
  return {g.scale_y * ratio, g.offset_y * ratio, cells};
}

/// Two neighbouring cells and the weight of the second.
struct Blend {
  std::size_t first, second;
  float weight;
};

Blend blend(const Axis& axis, int pixel) {
  const double last = static_cast<double>(axis.cells - 1);
  const double place = std::clamp(axis.at(pixel) - 0.5, 0.0, last);
  const double first = std::floor(place);
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(first + 1, last)),
          static_cast<float>(place - first)};
}

float mix(float a, float b, float weight) { return a + (b - a) * weight; }

/// One image row: for every pixel the class whose resampled logit is the largest.
void label_row(const Logits& logits, const Blend& y, std::span<const Blend> xs,
               std::span<std::uint8_t> labels) {
  std::vector<float> line(logits.columns), best(labels.size());
  for (std::size_t c = 0; c < logits.classes; ++c) {
    const float *upper = logits.row(c, y.first), *lower = logits.row(c, y.second);
    for (std::size_t x = 0; x < line.size(); ++x) line[x] = mix(upper[x], lower[x], y.weight);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const float value = mix(line[xs[i].first], line[xs[i].second], xs[i].weight);
      if (c > 0 && !(value > best[i])) continue;
      best[i] = value;
      labels[i] = static_cast<std::uint8_t>(c);
    }
  }
}

LabelMap blank(const Geometry& g) {
  LabelMap map{g.image_height, g.image_width, {}};
  map.labels.resize(static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width));
  return map;
}

std::span<std::uint8_t> row_of(LabelMap& map, int y) {
  const auto width = static_cast<std::size_t>(map.width);
  return std::span(map.labels).subspan(static_cast<std::size_t>(y) * width, width);
}

Answer resampled(const ViewOutputs& view) {
  const Logits logits = logits_of(view, "label-map");
  LabelMap map = blank(view.geometry);
  const Axis rows = vertical(view.geometry, logits.rows);
  const Axis columns = horizontal(view.geometry, logits.columns);
  std::vector<Blend> xs;
  for (int x = 0; x < map.width; ++x) xs.push_back(blend(columns, x));
  for (int y = 0; y < map.height; ++y) label_row(logits, blend(rows, y), xs, row_of(map, y));
  return map;
}

std::vector<std::uint8_t> largest_classes(const Logits& logits) {
  const std::size_t cells = logits.rows * logits.columns;
  std::vector<std::uint8_t> result(cells);
  for (std::size_t c = 1; c < logits.classes; ++c) {
    for (std::size_t i = 0; i < cells; ++i) {
      const float best = logits.values[result[i] * cells + i];
      if (logits.values[c * cells + i] > best) result[i] = static_cast<std::uint8_t>(c);
    }
  }
  return result;
}

Answer spread(const ViewOutputs& view) {
  const Logits logits = logits_of(view, "label-map-nearest");
  const std::vector<std::uint8_t> classes = largest_classes(logits);
  LabelMap map = blank(view.geometry);
  const Axis rows = vertical(view.geometry, logits.rows);
  const Axis columns = horizontal(view.geometry, logits.columns);
  for (int y = 0; y < map.height; ++y) {
    const auto labels = row_of(map, y);
    for (int x = 0; x < map.width; ++x) {
      labels[static_cast<std::size_t>(x)] =
          classes[rows.nearest(y) * logits.columns + columns.nearest(x)];
    }
  }
  return map;
}

}  // namespace

Decode decode_label_map(const Graph& graph, const DecodeFacts&) {
  want_one_output(graph, "label-map");
  return
      [](std::span<const ViewOutputs> views) { return resampled(only_view(views, "label-map")); };
}

Decode decode_label_map_nearest(const Graph& graph, const DecodeFacts&) {
  want_one_output(graph, "label-map-nearest");
  return [](std::span<const ViewOutputs> views) {
    return spread(only_view(views, "label-map-nearest"));
  };
}

}  // namespace bench
