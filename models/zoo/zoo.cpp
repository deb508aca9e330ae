#include "models/zoo/zoo.h"

#include "models/zoo/deeplab_v3plus_mobilenet_v2.h"
#include "models/zoo/dsfd_vgg16.h"
#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/resnet50.h"
#include "models/zoo/ssd_lite_mobilenet_v2.h"
#include "models/zoo/vgg16.h"

namespace bench {

std::span<const Entry<MakeNetwork>> zoo() {
  static constexpr Entry<MakeNetwork> list[] = {
      {"deeplab-v3plus-mobilenet-v2",
       "DeepLabV3+ on MobileNetV2, 513x513, 21 classes, 5,816,053 parameters",
       {deeplab_v3plus_mobilenet_v2}},
      {"dsfd-vgg16", "DSFD on VGG16, 640x640, second shot, 42,570,985 parameters", {dsfd_vgg16}},
      {"mobilenet-v2", "MobileNetV2 1.0, 224x224, 3,504,872 parameters", {mobilenet_v2}},
      {"resnet50", "ResNet50 v1.5, 224x224, 25,557,032 parameters", {resnet50}},
      {"ssd-lite-mobilenet-v2",
       "SSD-Lite on MobileNetV2, 300x300, 21 classes, 3,388,228 parameters",
       {ssd_lite_mobilenet_v2}},
      {"vgg16", "VGG16, 224x224, 138,357,544 parameters", {vgg16}},
  };
  return list;
}

}  // namespace bench
