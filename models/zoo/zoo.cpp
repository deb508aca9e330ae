#include "models/zoo/zoo.h"

#include "models/zoo/deeplab_v3plus_mobilenet_v2.h"
#include "models/zoo/dsfd_vgg16.h"
#include "models/zoo/faster_rcnn_vgg16.h"
#include "models/zoo/ir.h"
#include "models/zoo/mobilenet_v1.h"
#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/resnet50.h"
#include "models/zoo/squeezenet.h"
#include "models/zoo/ssd_lite_mobilenet_v2.h"
#include "models/zoo/vgg16.h"

namespace bench {

std::span<const Entry<MakeNetwork>> zoo() {
  static constexpr Entry<MakeNetwork> list[] = {
      {"deeplab-v3plus-mobilenet-v2",
       "DeepLabV3+ on MobileNetV2, 513x513, 21 classes, 5,816,053 parameters",
       {deeplab_v3plus_mobilenet_v2}},
      {"dsfd-vgg16", "DSFD on VGG16, 640x640, second shot, 42,570,985 parameters", {dsfd_vgg16}},
      {"faster-rcnn-vgg16",
       "Faster R-CNN on VGG16, 1000x600, 21 classes, 137,078,239 parameters",
       {faster_rcnn_vgg16}},
      {"ir-18", "IR-18 face embedding, 112x112, 24,017,536 parameters", {ir_18}},
      {"ir-50", "IR-50 face embedding, 112x112, 43,574,976 parameters", {ir_50}},
      {"mobilenet-v1", "MobileNetV1 1.0, 224x224, 4,231,976 parameters", {mobilenet_v1}},
      {"mobilenet-v2", "MobileNetV2 1.0, 224x224, 3,504,872 parameters", {mobilenet_v2}},
      {"mobilenet-v2-face",
       "MobileNetV2 face embedding, 112x112, 2,666,240 parameters",
       {mobilenet_v2_face}},
      {"resnet18", "ResNet18, 224x224, 11,689,512 parameters", {resnet18}},
      {"resnet50", "ResNet50 v1.5, 224x224, 25,557,032 parameters", {resnet50}},
      {"squeezenet", "SqueezeNet 1.1, 227x227, 1,235,496 parameters", {squeezenet}},
      {"ssd-lite-mobilenet-v2",
       "SSD-Lite on MobileNetV2, 300x300, 21 classes, 3,388,228 parameters",
       {ssd_lite_mobilenet_v2}},
      {"vgg11", "VGG11, 224x224, 132,863,336 parameters", {vgg11}},
      {"vgg16", "VGG16, 224x224, 138,357,544 parameters", {vgg16}},
  };
  return list;
}

}  // namespace bench
