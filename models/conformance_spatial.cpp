#include "models/conformance_list.h"

namespace bench::conformance {
namespace {

std::string text(Pair p) { return std::to_string(p.h) + "x" + std::to_string(p.w); }

struct PoolCase {
  Pair kernel, stride;
  Padding pad;
  bool ceil_mode;
  Shape image;  // N, C, H, W
};

void add_pools(List& list) {
  const PoolCase pools[] = {
      {{2, 2}, {2, 2}, {}, false, {1, 16, 8, 8}},
      {{2, 2}, {2, 2}, {}, true, {2, 5, 7, 9}},
      {{3, 3}, {2, 2}, {1, 1, 1, 1}, false, {1, 33, 11, 10}},
      {{3, 3}, {2, 2}, {}, true, {1, 24, 12, 13}},
      {{3, 3}, {1, 1}, {1, 1, 1, 1}, false, {1, 1, 6, 5}},
      {{3, 2}, {2, 3}, {0, 1, 2, 0}, false, {3, 7, 9, 11}},
      {{2, 3}, {3, 2}, {1, 0, 0, 1}, true, {1, 40, 8, 8}},
      {{5, 5}, {1, 1}, {2, 2, 2, 2}, false, {1, 17, 9, 9}},
      {{7, 7}, {7, 7}, {}, false, {2, 20, 7, 7}},
      {{2, 2}, {3, 3}, {1, 1, 1, 1}, true, {1, 4, 4, 4}},  // the last window would start too late
  };
  for (const auto& [kernel, stride, pad, ceil_mode, image] : pools) {
    const std::string name = text(kernel) + " stride " + text(stride) + " pad " +
                             std::to_string(pad.top) + std::to_string(pad.left) +
                             std::to_string(pad.bottom) + std::to_string(pad.right) +
                             (ceil_mode ? " ceil" : "");
    list.single(name, MaxPool{kernel, stride, pad, {}, ceil_mode}, image);
    list.single(name, AveragePool{kernel, stride, pad, ceil_mode, false}, image);
    list.single(name + " counting padding", AveragePool{kernel, stride, pad, ceil_mode, true},
                image);
  }
  list.single("3x3 dilation 2x2", MaxPool{{3, 3}, {1, 1}, {2, 2, 2, 2}, {2, 2}}, {1, 6, 9, 8});
}

void add_resizes(List& list) {
  using R = Resize;
  const Shape image{2, 5, 6, 7};
  const R::Coordinates rules[] = {R::Coordinates::half_pixel, R::Coordinates::pytorch_half_pixel,
                                  R::Coordinates::align_corners, R::Coordinates::asymmetric};
  const R::Rounding roundings[] = {R::Rounding::round_prefer_floor, R::Rounding::round_prefer_ceil,
                                   R::Rounding::floor, R::Rounding::ceil};
  for (const auto rule : rules) {
    const std::string name = "rule " + std::to_string(static_cast<int>(rule));
    R linear{.mode = R::Mode::linear, .coordinates = rule, .scale_h = 2, .scale_w = 2};
    list.single("linear " + name + " doubled", linear, image);
    linear = {.mode = R::Mode::linear, .coordinates = rule, .height = 13, .width = 4};
    list.single("linear " + name + " to 13x4", linear, image);
    for (const auto rounding : roundings) {
      R nearest{.coordinates = rule, .rounding = rounding, .scale_h = 2, .scale_w = 3};
      const std::string how = name + " rounding " + std::to_string(static_cast<int>(rounding));
      list.single("nearest " + how + " scaled", nearest, image);
      nearest = {.coordinates = rule, .rounding = rounding, .height = 9, .width = 3};
      list.single("nearest " + how + " to 9x3", nearest, image);
    }
  }
  list.single("linear by 1.5 and 0.6", R{.mode = R::Mode::linear, .scale_h = 1.5f, .scale_w = 0.6f},
              {1, 20, 7, 10});
}

}  // namespace

void add_spatial(List& list) {
  add_pools(list);
  add_resizes(list);
  list.single("two pixels of -3 around", Pad{{0, 0, 2, 2}, {0, 0, 2, 2}, -3}, {1, 3, 5, 6});
  list.single("bottom and right", Pad{{0, 0, 0, 0}, {0, 0, 1, 1}}, {2, 17, 4, 4});
  list.single("channels, and cropped rows", Pad{{0, 1, -1, 0}, {0, 4, -2, 0}, 1}, {1, 3, 6, 5});
}

}  // namespace bench::conformance
