#include "models/decoders/decoders.h"

#include "models/decoders/list.h"

namespace bench {
namespace {

constexpr Entry<MakeDecode> list[] = {
    {"classifier", "one score per class -> the best classes", decode_classifier},
    {"classifier-1001", "the same, with a background class in front that is dropped",
     decode_classifier_1001},
    {"dsfd", "DSFD: offsets and logits of one anchor per cell at six strides", decode_dsfd},
    {"embedding", "a face descriptor; views (such as the mirrored one) are summed",
     decode_embedding},
    {"faster-rcnn", "Faster R-CNN: regions, and classes and boxes of each", decode_faster_rcnn},
    {"label-map", "class logits per cell, resampled to the image, then the largest",
     decode_label_map},
    {"label-map-nearest", "the largest class per cell, then spread over the image",
     decode_label_map_nearest},
    {"ssd", "SSD-Lite: offsets and logits of six anchors per cell", decode_ssd},
    {"ultraface", "UltraFace (slim and RFB): scores and boxes", decode_ultraface},
    {"yolo-darknet", "the [yolo] heads of a darknet network", decode_yolo_darknet},
    {"yunet", "YuNet: cls, obj, bbox and kps at three strides", decode_yunet},
};

}  // namespace

std::span<const Entry<MakeDecode>> decoders() { return list; }

Decode make_decode(std::string_view name, const Graph& graph, const DecodeFacts& facts) {
  return find(decoders(), "decoder", name).make(graph, facts);
}

}  // namespace bench
