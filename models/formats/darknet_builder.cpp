#include "models/formats/darknet_builder.h"

#include <map>

#include "models/error.h"
#include "models/formats/read_file.h"
#include "models/shapes.h"

namespace bench {
namespace {

constexpr int largest_image = 1 << 16;

// Keys of layers that matter in training only.
constexpr std::string_view training_keys[] = {"beta_nms",
                                              "burnin_update",
                                              "cls_normalizer",
                                              "cost",
                                              "counters_per_class",
                                              "delta_normalizer",
                                              "dontload",
                                              "dontloadscales",
                                              "focal_loss",
                                              "ignore_thresh",
                                              "iou_loss",
                                              "iou_normalizer",
                                              "iou_thresh",
                                              "jitter",
                                              "label_smooth_eps",
                                              "learning_rate",
                                              "max",
                                              "learning_rate_scale",
                                              "max_delta",
                                              "nms_kind",
                                              "obj_normalizer",
                                              "probability",
                                              "objectness_smooth",
                                              "random",
                                              "resize",
                                              "stopbackward",
                                              "train_only_bn",
                                              "truth_thresh",
                                              "type"};

}  // namespace

LoadedNetwork DarknetBuilder::build() {
  add_input();
  for (std::size_t i = 1; i < sections_.size(); ++i) {
    DarknetSection& section = sections_[i];
    name_ = "layer" + std::to_string(i - 1) + "." + section.name();
    layers_.push_back(add_layer(section));
    section.check_all_understood(training_keys);
    check_sizes(section);
  }
  if (layers_.empty()) sections_[0].reject("is followed by no layer");
  weights_.check_all_taken(last_with_weights_);
  if (graph_.outputs.empty()) graph_.outputs.push_back({name_, layers_.back()});
  LoadedNetwork result;
  result.graph = std::move(graph_);
  result.facts = std::move(facts_);
  result.format = "darknet";
  validate(result.graph);
  return result;
}

void DarknetBuilder::add_input() {
  DarknetSection& net = sections_[0];
  if (net.name() != "net" && net.name() != "network") net.reject("stands where [net] should");
  const auto size = [&](const char* key) { return net.integer(key, 0, 1, largest_image); };
  const Shape image{1, size("channels"), size("height"), size("width")};
  graph_.add("data", Input{{-1, image[1], image[2], image[3]}});
  shapes_.push_back(image);
}

NodeId DarknetBuilder::add_layer(DarknetSection& section) {
  using AddLayer = NodeId (DarknetBuilder::*)(DarknetSection&);
  static const std::map<std::string, AddLayer> kinds = {
      {"convolutional", &DarknetBuilder::convolution},
      {"conv", &DarknetBuilder::convolution},
      {"maxpool", &DarknetBuilder::max_pool},
      {"max", &DarknetBuilder::max_pool},
      {"avgpool", &DarknetBuilder::average_pool},
      {"avg", &DarknetBuilder::average_pool},
      {"connected", &DarknetBuilder::connected},
      {"conn", &DarknetBuilder::connected},
      {"dropout", &DarknetBuilder::pass},
      {"cost", &DarknetBuilder::pass},
      {"route", &DarknetBuilder::route},
      {"shortcut", &DarknetBuilder::shortcut},
      {"upsample", &DarknetBuilder::upsample},
      {"softmax", &DarknetBuilder::softmax},
      {"yolo", &DarknetBuilder::yolo},
  };
  const auto kind = kinds.find(section.name());
  if (kind == kinds.end()) section.refuse("layers of this kind are not supported");
  return (this->*kind->second)(section);
}

void DarknetBuilder::check_sizes(const DarknetSection& section) {
  try {
    while (shapes_.size() < graph_.nodes.size()) {
      const Node& node = graph_.nodes[shapes_.size()];
      std::vector<const Shape*> inputs;
      for (const NodeId input : node.inputs) inputs.push_back(&shape(input));
      shapes_.push_back(infer_shape(node, inputs));
    }
  } catch (const Error& error) {
    section.reject(error.what());
  }
}

NodeId DarknetBuilder::add(const std::string& suffix, Op op, std::vector<NodeId> inputs) {
  return graph_.add(name_ + suffix, std::move(op), std::move(inputs));
}

NodeId DarknetBuilder::layer_at(const DarknetSection& section, int index) const {
  const int here = static_cast<int>(layers_.size());
  const int absolute = index < 0 ? here + index : index;
  if (absolute < 0 || absolute >= here) {
    section.reject("names layer " + std::to_string(index) + ", but " + std::to_string(here) +
                   " come before it");
  }
  return layers_[static_cast<std::size_t>(absolute)];
}

NodeId DarknetBuilder::route(DarknetSection& section) {
  const int groups = section.integer("groups", 1, 1);
  const int group = section.integer("group_id", 0, 0, groups - 1);
  std::vector<NodeId> inputs;
  for (const int index : section.integers("layers")) {
    NodeId node = layer_at(section, index);
    if (groups > 1) {
      const std::int64_t width = channels(node) / groups;
      if (channels(node) % groups != 0) section.reject("groups do not divide its channels");
      node = add(".group" + std::to_string(inputs.size()),
                 Slice{1, width * group, width * (group + 1), 1}, {node});
    }
    inputs.push_back(node);
  }
  if (inputs.empty()) section.reject("names no layers");
  return inputs.size() == 1 ? inputs[0] : add("", Concat{1}, std::move(inputs));
}

NodeId DarknetBuilder::shortcut(DarknetSection& section) {
  const std::vector<int> from = section.integers("from");
  if (from.size() != 1) section.refuse("wants one layer in from=");
  const NodeId other = layer_at(section, from[0]);
  if (shape(other) != shape(last())) {
    section.refuse("adds " + to_string(shape(other)) + " to " + to_string(shape(last())));
  }
  const NodeId sum = add("", Arithmetic{Arithmetic::Kind::add}, {last(), other});
  return activate(section, sum, "linear");
}

NodeId DarknetBuilder::yolo(DarknetSection& section) {
  const std::vector<double> anchors = section.reals("anchors");
  const std::vector<int> mask = section.integers("mask");
  const int num = section.integer("num", 1, 1, 1000);
  YoloHead head;
  head.output = name_;
  head.classes = section.integer("classes", 20, 1, 1 << 20);
  head.scale_xy = section.real("scale_x_y", 1);
  section.integer("new_coords", 0, 0, 0);
  if (section.text("map", "").size() > 0) section.refuse("map=");
  if (anchors.size() != 2 * static_cast<std::size_t>(num)) {
    section.reject("has " + std::to_string(anchors.size()) +
                   " numbers in anchors=, num=" + std::to_string(num));
  }
  for (const int i : mask) {
    if (i < 0 || i >= num) section.reject("mask names anchor " + std::to_string(i));
    const auto at = 2 * static_cast<std::size_t>(i);
    head.anchors.push_back({anchors[at], anchors[at + 1]});
  }
  const auto expected = static_cast<std::int64_t>(head.anchors.size()) * (5 + head.classes);
  if (channels(last()) != expected) {
    section.reject("needs " + std::to_string(expected) + " channels, the layer before gives " +
                   std::to_string(channels(last())));
  }
  graph_.outputs.push_back({name_, last()});
  facts_.yolo_heads.push_back(std::move(head));
  return last();
}

}  // namespace bench
