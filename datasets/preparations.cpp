// The list of profiles. A change to a line that is already released is a new version of it:
// records hold the hash, and prepare_test.cpp holds the hashes.

#include <string>

#include "datasets/preparation.h"
#include "datasets/prepare.h"
#include "models/registry.h"

namespace bench {
namespace {

using enum Resampler;
using enum ChannelOrder;

constexpr std::array<float, 3> torch_mean{0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> torch_deviation{0.229f, 0.224f, 0.225f};
constexpr std::array<float, 3> mxnet_mean{123.68f, 116.779f, 103.939f};  // RGB
constexpr std::array<float, 3> keras_mean{103.939f, 116.779f, 123.68f};  // BGR
constexpr std::array<float, 3> caffe_mean{104, 117, 123};                // BGR
constexpr std::array<float, 3> ones{1, 1, 1};
constexpr std::array<float, 3> zeros{0, 0, 0};

// Values of the common families; geometry is added below.
constexpr Preparation values(ChannelOrder order, float divisor, std::array<float, 3> mean,
                             std::array<float, 3> deviation) {
  Preparation p;
  p.order = order;
  p.divisor = divisor;
  p.mean = mean;
  p.deviation = deviation;
  return p;
}

constexpr Preparation torch = values(rgb, 255, torch_mean, torch_deviation);
constexpr Preparation keras_tf = values(rgb, 127.5f, ones, ones);  // -1..1
constexpr Preparation keras_caffe = values(bgr, 1, keras_mean, ones);
constexpr Preparation caffe = values(bgr, 1, caffe_mean, ones);
constexpr Preparation mxnet = values(rgb, 1, mxnet_mean, ones);
constexpr Preparation uint8 = values(rgb, 1, {128, 128, 128}, {128, 128, 128});  // bytes - 128
constexpr Preparation ultraface = values(rgb, 1, {127, 127, 127}, {128, 128, 128});
constexpr Preparation darknet = values(rgb, 255, zeros, ones);
constexpr Preparation plain_bgr = values(bgr, 1, zeros, ones);
constexpr Preparation mini =
    values(rgb, 1, {127.5f, 127.5f, 127.5f}, {127.5f, 127.5f, 127.5f});  // -1..1

constexpr Preparation exact(std::string_view name, Preparation p, int width, int height,
                            Resampler resampler) {
  p.name = name;
  p.fit = Fit::exact;
  p.width = width;
  p.height = height;
  p.resampler = resampler;
  return p;
}

constexpr Preparation shorter(std::string_view name, Preparation p, int side, int crop,
                              Resampler resampler) {
  p.name = name;
  p.fit = Fit::shorter_side;
  p.width = p.height = side;
  p.crop = crop;
  p.resampler = resampler;
  return p;
}

constexpr Preparation cropped(Preparation p, int crop) {
  p.crop = crop;
  return p;
}

constexpr Preparation cropped_up(Preparation p) {
  p.crop_up = true;
  return p;
}

constexpr Preparation central(Preparation p, double fraction) {
  p.central_fraction = fraction;
  return p;
}

constexpr Preparation flipped(Preparation p) {
  p.flip = true;
  return p;
}

// Source: libfacedetection.train, test at original size.
constexpr Preparation yunet() {
  Preparation p = plain_bgr;
  p.name = "yunet";
  p.multiple = 32;
  return p;
}

// Original size, values 0..1: for networks that take images as they are.
constexpr Preparation rgb_255() {
  Preparation p = darknet;
  p.name = "rgb-255";
  return p;
}

// Source: DeepLab demo: longer side 513, grey filled in, values -1..1.
constexpr Preparation deeplab() {
  Preparation p = keras_tf;
  p.name = "deeplab-513";
  p.fit = Fit::longer_side;
  p.width = p.height = 513;
  p.padded_width = p.padded_height = 513;
  p.fill = 127.5f;
  return p;
}

// The same for a network of bytes: grey 128 is its 0.
constexpr Preparation deeplab_uint8() {
  Preparation p = deeplab();
  p.name = "deeplab-513-uint8";
  p.divisor = uint8.divisor;
  p.mean = uint8.mean;
  p.deviation = uint8.deviation;
  p.fill = 128;
  return p;
}

// Faces aligned to 112 x 112: SphereFace's 112 x 96 is the same without 8 columns on each side.
constexpr Preparation sphereface() {
  Preparation p = values(rgb, 1, {127.5f, 127.5f, 127.5f}, {128, 128, 128});
  p = exact("mobilefacenet-112-96", p, 112, 112, opencv_linear);
  p.crop = 112;
  p.crop_width = 96;
  return p;
}

constexpr Preparation list[] = {
    shorter("torchvision-256-224", torch, 256, 224, pil_bilinear),
    cropped_up(shorter("antialiased-256-224", torch, 256, 224, antialiased)),
    shorter("torchvision-256-224-bicubic", torch, 256, 224, pil_bicubic),
    shorter("torchvision-256-224-opencv", torch, 256, 224, opencv_linear),
    exact("torchvision-resize-224", torch, 224, 224, opencv_linear),
    exact("keras-tf", keras_tf, 224, 224, opencv_linear),
    exact("keras-tf-128", keras_tf, 128, 128, opencv_linear),
    central(exact("keras-tf-128-central", keras_tf, 128, 128, opencv_linear), 0.875),
    central(exact("tf-slim-224", keras_tf, 224, 224, tf1_bilinear), 0.875),
    exact("uint8-128", uint8, 128, 128, opencv_linear),
    central(exact("uint8-128-central", uint8, 128, 128, opencv_linear), 0.875),
    central(exact("uint8-224-central", uint8, 224, 224, opencv_linear), 0.875),
    exact("keras-caffe", keras_caffe, 224, 224, opencv_linear),
    cropped(exact("caffe-256-224", caffe, 256, 256, opencv_linear), 224),
    cropped(exact("caffe-256-227", caffe, 256, 256, opencv_linear), 227),
    shorter("mxnet-256-224", mxnet, 256, 224, opencv_linear),
    exact("mxnet-224", mxnet, 224, 224, opencv_linear),
    exact("ultraface-320", ultraface, 320, 240, opencv_linear),
    exact("ultraface-640", ultraface, 640, 480, opencv_linear),
    yunet(),
    rgb_255(),
    exact("darknet-320", darknet, 320, 320, opencv_linear),
    exact("darknet-416", darknet, 416, 416, opencv_linear),
    exact("mobilefacenet-112", torch, 112, 112, opencv_linear),
    flipped(exact("mobilefacenet-112-flip", torch, 112, 112, opencv_linear)),
    sphereface(),
    deeplab(),
    deeplab_uint8(),
    exact("mini-48", mini, 48, 48, pil_bilinear),
    exact("mini-64", mini, 64, 64, pil_bilinear),
    exact("mini-96", mini, 96, 96, pil_bilinear),
    exact("mini-96x72", mini, 96, 72, pil_bilinear),
    exact("mini-128x96", mini, 128, 96, pil_bilinear),
    exact("mini-160x120", mini, 160, 120, pil_bilinear),
    exact("mini-256x192", mini, 256, 192, pil_bilinear),
    exact("mini-face-56", mini, 56, 56, pil_bilinear),
    exact("mini-face-112", mini, 112, 112, pil_bilinear),
    flipped(exact("mini-face-112-flip", mini, 112, 112, pil_bilinear)),
};

}  // namespace

std::span<const Preparation> all_preparations() { return list; }

const Preparation& find_preparation(std::string_view name) {
  return find(list, "preparation", name);
}

std::vector<PreparationInfo> preparations() {
  std::vector<PreparationInfo> infos;
  for (const Preparation& p : list) infos.push_back({std::string(p.name), describe(p)});
  return infos;
}

}  // namespace bench
