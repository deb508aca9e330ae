#pragma once
// Pieces of a page of flips: a picture, and what is drawn over it. SVG and HTML that need no other
// file; every text from outside is escaped.

#include <cstdint>
#include <string>
#include <string_view>

#include "datasets/dataset.h"

namespace bench::drawing {

constexpr const char* before_colour = "#2f7ed8";
constexpr const char* after_colour = "#ff8c1a";
constexpr const char* mended_colour = "#35c759";  ///< of pixels: wrong before, right after
constexpr const char* broken_colour = "#ff3b30";  ///< right before, wrong after
constexpr const char* neither_colour = "#ffd60a";

/// The class's name, or its number.
std::string name_of(const Dataset& dataset, int label);

struct Picture {
  std::int64_t width = 0, height = 0;
  std::string address;  ///< "data:image/png;base64,..."
};

/// Throws as Dataset::image and decode_image.
Picture read_picture(const Dataset& dataset, std::size_t index);

/// <figure> of the picture under `drawn` (SVG in pixels of the picture) with a caption (HTML).
/// Small pictures are scaled up by a whole factor, their pixels as squares.
std::string framed(const Picture& picture, const std::string& drawn, const std::string& caption);

/// White, dashed; nothing for a truth without boxes.
std::string true_boxes(const Truth& truth, const Dataset& dataset, const Picture& picture);

/// The best 60, fainter by score, in lines `thickness` times the usual; the ten best with class and
/// score, if there are several classes.
std::string boxes(const Detections& answer, const Dataset& dataset, const Picture& picture,
                  const char* colour, double thickness);

/// Every class but 0 in its colour (PASCAL VOC's), void in white; scaled to the picture.
std::string label_map(const LabelMap& map, const Picture& picture);

/// Names and colours of the classes but 0 in these maps, as HTML.
std::string label_legend(std::initializer_list<const LabelMap*> maps, const Dataset& dataset);

/// Pixels with another label, in the colours above: mended, broken, or wrong both times. Void
/// pixels, which do not count, are left out. Nothing if the maps are of different sizes.
std::string changed_pixels(const LabelMap& before, const LabelMap& after, const LabelMap& truth,
                           const Picture& picture);

/// The five best classes, the right one bold (-1: not known).
std::string best_classes(const ClassScores& answer, const Dataset& dataset, const char* title,
                         const char* colour, int right);

}  // namespace bench::drawing
