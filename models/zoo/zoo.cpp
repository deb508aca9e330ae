#include "models/zoo/zoo.h"

#include "models/zoo/mobilenet_v2.h"
#include "models/zoo/resnet50.h"
#include "models/zoo/vgg16.h"

namespace bench {

std::span<const Entry<MakeNetwork>> zoo() {
  static constexpr Entry<MakeNetwork> list[] = {
      {"mobilenet-v2", "MobileNetV2 1.0, 224x224, 3,504,872 parameters", {mobilenet_v2}},
      {"resnet50", "ResNet50 v1.5, 224x224, 25,557,032 parameters", {resnet50}},
      {"vgg16", "VGG16, 224x224, 138,357,544 parameters", {vgg16}},
  };
  return list;
}

}  // namespace bench
