#pragma once
// What the networks on MobileNetV2 share: its stages and its blocks (Sandler et al., 2018).

#include <string>

#include "models/zoo/untrained.h"

namespace bench {

/// A row of table 2: expansion t, channels c, repetitions n, stride s of the first.
struct MobileStage {
  int expansion, channels, repetitions, stride;
};
inline constexpr MobileStage mobilenet_v2_stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2},
                                                      {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                                                      {6, 320, 1, 1}};

/// To the nearest multiple of 8, at least 8, but by no more than a tenth downwards. Source: the
/// reference code's _make_divisible (tensorflow/models, slim/nets/mobilenet).
int divisible(double channels);

/// "NAME", "NAME.bn", "NAME.relu6".
void conv_bn_relu6(Untrained& net, const std::string& name, const ConvShape& shape);

struct MobileBlock {
  double expansion = 6;  ///< channels of the depthwise layer for each of the input, rounded
  int channels = 1, stride = 1, dilation = 1;
  /// The input is padded before it is expanded, so that the depthwise layer's border is what the
  /// expanding one makes of 0 (jfzhang95/pytorch-deeplab-xception).
  bool pads_input = false;
};

/// The result of a block's expanding layer, which SSD-Lite looks at, too.
struct Expanded {
  NodeId node = 0;
  int channels = 0;
};

/// Expand ("NAME.expand", where the expansion is not 1), depthwise 3x3 ("NAME.depthwise"), project
/// without an activation ("NAME.project"); plus the input where the shape is the same.
Expanded inverted_residual(Untrained& net, const std::string& name, const MobileBlock& block);

}  // namespace bench
