#include "bench/flip_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "datasets/image.h"
#include "reports/html_report.h"

namespace bench::drawing {
namespace {

constexpr std::size_t boxes_drawn = 60, boxes_named = 10;
constexpr std::int64_t least_width = 400, most_width = 900;
constexpr int not_drawn = -1, void_label = 255;

std::string base64(const std::vector<std::byte>& bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<std::uint32_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
    }
  }
  return text;
}

// A line that stays visible once the picture is scaled to the page.
double line_width(const Picture& picture) {
  return std::max(static_cast<double>(picture.width) / 450, 0.5);
}

std::string rectangle(const Box& box, const std::string& look, const std::string& title) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" {}>"
      "<title>{}</title></rect>\n",
      box.x1, box.y1, std::max(0.0, box.x2 - box.x1), std::max(0.0, box.y2 - box.y1), look,
      html_text(title));
}

std::string colour_of(int label) {
  if (label == void_label) return "#ffffff";
  std::array<unsigned, 3> rgb{};
  unsigned rest = static_cast<unsigned>(label);
  for (unsigned bit = 8; bit-- > 0; rest >>= 3) {
    for (unsigned c = 0; c < 3; ++c) rgb[c] |= (rest >> c & 1) << bit;
  }
  return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

// One path for the pixels of one kind, a run of them after another.
std::string pixels(const LabelMap& size, const Picture& picture, int kind,
                   const std::string& colour, const std::function<int(std::size_t)>& kind_of) {
  std::string runs;
  for (int y = 0; y < size.height; ++y) {
    const auto at = [&](int x) { return kind_of(static_cast<std::size_t>(y * size.width + x)); };
    for (int x = 0; x < size.width;) {
      int end = x;
      while (end < size.width && at(end) == kind) ++end;
      if (end > x) runs += fmt::format("M{} {}h{}v1h-{}z", x, y, end - x, end - x);
      x = std::max(end, x + 1);
    }
  }
  if (runs.empty()) return runs;
  const double across = static_cast<double>(picture.width) / size.width;
  const double down = static_cast<double>(picture.height) / size.height;
  return fmt::format(
      "<path transform=\"scale({:.4g} {:.4g})\" fill=\"{}\" fill-opacity=\"0.65\" d=\"{}\"/>\n",
      across, down, colour, runs);
}

}  // namespace

std::string name_of(const Dataset& dataset, int label) {
  const auto& names = dataset.class_names();
  const auto at = static_cast<std::size_t>(label);
  return label >= 0 && at < names.size() ? names[at] : std::to_string(label);
}

Picture read_picture(const Dataset& dataset, std::size_t index) {
  const EncodedImage image = dataset.image(index);
  const DecodedImage decoded = decode_image(image.bytes, image.file);
  return {decoded.pixels.shape()[1], decoded.pixels.shape()[0],
          fmt::format("data:image/{};base64,{}", decoded.format, base64(image.bytes))};
}

std::string framed(const Picture& picture, const std::string& drawn, const std::string& caption) {
  const bool small = picture.width < least_width;
  const std::int64_t times = small ? (least_width + picture.width - 1) / picture.width : 1;
  return fmt::format(
      "<figure><svg viewBox=\"0 0 {0} {1}\" width=\"{2}\"{3}><image width=\"{0}\" height=\"{1}\" "
      "href=\"{4}\"/>\n{5}</svg><figcaption>{6}</figcaption></figure>\n",
      picture.width, picture.height, std::min(times * picture.width, most_width),
      small ? " class=\"small\"" : "", picture.address, drawn, caption);
}

std::string true_boxes(const Truth& truth, const Dataset& dataset, const Picture& picture) {
  const double width = line_width(picture);
  const std::string look = fmt::format(
      "stroke=\"#ffffff\" stroke-width=\"{:.2f}\" stroke-dasharray=\"{:.1f}\"", width, 3 * width);
  std::string svg;
  if (const auto* faces = std::get_if<std::vector<FaceBox>>(&truth)) {
    for (const FaceBox& face : *faces) svg += rectangle(face.box, look, "true: face");
  }
  if (const auto* objects = std::get_if<std::vector<ObjectBox>>(&truth)) {
    for (const ObjectBox& object : *objects) {
      svg += rectangle(object.box, look,
                       "true: " + name_of(dataset, object.label) +
                           (object.difficult ? " (difficult: does not count)" : ""));
    }
  }
  return svg;
}

std::string boxes(const Detections& answer, const Dataset& dataset, const Picture& picture,
                  const char* colour, double thickness) {
  std::vector<Detection> items = answer.items;
  std::ranges::stable_sort(items, std::greater(), &Detection::score);
  items.resize(std::min(items.size(), boxes_drawn));
  const double width = thickness * line_width(picture),
               best = items.empty() ? 0 : items.front().score;
  std::string svg;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Detection& one = items[i];
    const double opacity = best > 0 ? std::clamp(one.score / best, 0.15, 1.0) : 1.0;
    const std::string words = fmt::format("{} {:.3f}", name_of(dataset, one.label), one.score);
    svg += rectangle(one.box,
                     fmt::format("stroke=\"{}\" stroke-opacity=\"{:.2f}\" stroke-width=\"{:.2f}\"",
                                 colour, opacity, width),
                     words);
    if (i >= boxes_named || dataset.class_names().size() < 2) continue;
    svg +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\" fill=\"{}\">{}</text>\n",
                    one.box.x1, one.box.y1 - width, 9 * width, colour, html_text(words));
  }
  return svg;
}

std::string label_map(const LabelMap& map, const Picture& picture) {
  std::string svg;
  for (const int label : std::set<int>(map.labels.begin(), map.labels.end())) {
    if (label == 0) continue;
    svg += pixels(map, picture, label, colour_of(label),
                  [&](std::size_t i) -> int { return map.labels[i]; });
  }
  return svg;
}

std::string label_legend(std::initializer_list<const LabelMap*> maps, const Dataset& dataset) {
  std::set<int> labels;
  for (const LabelMap* map : maps) labels.insert(map->labels.begin(), map->labels.end());
  labels.erase(0);
  std::string text;
  for (const int label : labels) {
    text += fmt::format("<span class=\"key\" style=\"background:{}\"></span>{} ", colour_of(label),
                        label == void_label ? "void" : html_text(name_of(dataset, label)));
  }
  return "<p>" + text + "</p>\n";
}

std::string changed_pixels(const LabelMap& before, const LabelMap& after, const LabelMap& truth,
                           const Picture& picture) {
  const auto same_size = [&](const LabelMap& other) {
    return other.width == before.width && other.height == before.height &&
           other.labels.size() == before.labels.size();
  };
  if (!same_size(after) || !same_size(truth)) return "";
  enum Kind { mended, broken, neither };
  const auto kind_of = [&](std::size_t i) -> int {
    const int was = before.labels[i], is = after.labels[i], right = truth.labels[i];
    if (was == is || right == void_label) return not_drawn;
    return is == right ? mended : was == right ? broken : neither;
  };
  return pixels(before, picture, mended, mended_colour, kind_of) +
         pixels(before, picture, broken, broken_colour, kind_of) +
         pixels(before, picture, neither, neither_colour, kind_of);
}

std::string best_classes(const ClassScores& answer, const Dataset& dataset, const char* title,
                         const char* colour, int right) {
  std::string text = fmt::format("<table><tr><th style=\"color:{}\">{}</th></tr>\n", colour, title);
  for (std::size_t i = 0; i < std::min<std::size_t>(answer.best.size(), 5); ++i) {
    const ScoredClass& one = answer.best[i];
    const std::string name = html_text(name_of(dataset, one.label));
    text += fmt::format("<tr><td>{} {:.4f}</td></tr>\n",
                        one.label == right ? "<b>" + name + "</b>" : name, one.score);
  }
  return text + "</table>\n";
}

}  // namespace bench::drawing
