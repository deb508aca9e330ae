#include "bench/flip_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "datasets/image.h"

namespace bench {
namespace {

constexpr std::size_t boxes_drawn = 60;
constexpr const char* old_colour = "#2f7ed8";
constexpr const char* new_colour = "#ff8c1a";

std::string html(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return escaped;
}

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

std::string name_of(const Dataset& dataset, int label) {
  const auto& names = dataset.class_names();
  const auto at = static_cast<std::size_t>(label);
  return label >= 0 && at < names.size() ? names[at] : std::to_string(label);
}

std::string rectangle(const Box& box, const char* colour, double opacity, double width,
                      const std::string& title) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" "
      "stroke=\"{}\" stroke-opacity=\"{:.2f}\" stroke-width=\"{:.1f}\"><title>{}</title></rect>\n",
      box.x1, box.y1, std::max(0.0, box.x2 - box.x1), std::max(0.0, box.y2 - box.y1), colour,
      opacity, width, html(title));
}

std::string draw(const Detections& answer, const Dataset& dataset, const char* colour,
                 double width) {
  std::vector<Detection> items = answer.items;
  std::stable_sort(items.begin(), items.end(),
                   [](const Detection& a, const Detection& b) { return a.score > b.score; });
  items.resize(std::min(items.size(), boxes_drawn));
  std::string svg;
  for (const Detection& one : items) {
    const double best = items.front().score;
    const double share = best > 0 ? std::clamp(one.score / best, 0.15, 1.0) : 1.0;
    svg += rectangle(one.box, colour, share, width,
                     fmt::format("{} {:.3f}", name_of(dataset, one.label), one.score));
  }
  return svg;
}

// Runs of pixels whose label is another in the other run.
std::string draw(const LabelMap& answer, const LabelMap& other, const Dataset& dataset,
                 const char* colour) {
  std::string svg;
  if (answer.labels.size() != other.labels.size() || answer.width != other.width) return svg;
  for (int y = 0; y < answer.height; ++y) {
    const auto at = [&](const LabelMap& map, int x) {
      return map.labels[static_cast<std::size_t>(y * answer.width + x)];
    };
    for (int x = 0; x < answer.width;) {
      const std::uint8_t label = at(answer, x);
      int end = x;
      while (end < answer.width && at(answer, end) == label && at(other, end) != label) ++end;
      if (end > x && label != 0) {
        svg += fmt::format(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"1\" fill=\"{}\" fill-opacity=\"0.6\">"
            "<title>{}</title></rect>\n",
            x, y, end - x, colour, html(name_of(dataset, label)));
      }
      x = std::max(end, x + 1);
    }
  }
  return svg;
}

std::string draw_truth(const Truth& truth, const Dataset& dataset, double width) {
  std::string svg;
  if (const auto* faces = std::get_if<std::vector<FaceBox>>(&truth)) {
    for (const FaceBox& face : *faces) svg += rectangle(face.box, "#ffffff", 1, width, "face");
  }
  if (const auto* objects = std::get_if<std::vector<ObjectBox>>(&truth)) {
    for (const ObjectBox& object : *objects) {
      svg += rectangle(object.box, "#ffffff", 1, width, name_of(dataset, object.label));
    }
  }
  return svg;
}

std::string best_classes(const ClassScores& answer, const Dataset& dataset, const char* title,
                         const char* colour, int right) {
  std::string text = fmt::format("<table><tr><th style=\"color:{}\">{}</th></tr>\n", colour, title);
  for (std::size_t i = 0; i < std::min<std::size_t>(answer.best.size(), 5); ++i) {
    const ScoredClass& one = answer.best[i];
    const std::string name = html(name_of(dataset, one.label));
    text += fmt::format("<tr><td>{}{}{} {:.4f}</td></tr>\n", one.label == right ? "<b>" : "", name,
                        one.label == right ? "</b>" : "", one.score);
  }
  return text + "</table>\n";
}

std::string picture(const Dataset& dataset, std::size_t index, const std::string& drawn) {
  const EncodedImage image = dataset.image(index);
  const DecodedImage decoded = decode_image(image.bytes, image.file);
  const auto height = decoded.pixels.shape()[0], width = decoded.pixels.shape()[1];
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" width=\"{2}\"><image width=\"{0}\" height=\"{1}\" "
      "href=\"data:image/{3};base64,{4}\"/>\n{5}</svg>\n",
      width, height, std::min<std::int64_t>(std::max<std::int64_t>(width, 240), 900),
      decoded.format, base64(image.bytes), drawn);
}

// A line that stays visible once the picture is scaled to the page.
double line_width(const Dataset& dataset, std::size_t index) {
  const EncodedImage image = dataset.image(index);
  const DecodedImage decoded = decode_image(image.bytes, image.file);
  return std::max(1.0, static_cast<double>(decoded.pixels.shape()[1]) / 450);
}

// Without the earlier one, label maps are drawn where they differ from what is true.
std::string both_answers(const Answer* old, const Answer& now, const Dataset& dataset,
                         std::size_t index) {
  const Truth truth = dataset.truth(index);
  if (const auto* after = std::get_if<ClassScores>(&now)) {
    const auto* label = std::get_if<ClassLabel>(&truth);
    const int right = label ? label->index : -1;
    std::string text =
        picture(dataset, index, "") + fmt::format("<p>is {}</p>\n", html(name_of(dataset, right)));
    if (old) {
      text += best_classes(std::get<ClassScores>(*old), dataset, "before", old_colour, right);
    }
    return text + best_classes(*after, dataset, "after", new_colour, right);
  }
  if (const auto* after = std::get_if<LabelMap>(&now)) {
    const auto& other = old ? std::get<LabelMap>(*old) : std::get<LabelMap>(truth);
    return picture(dataset, index, draw(other, *after, dataset, old ? old_colour : "#ffffff")) +
           picture(dataset, index, draw(*after, other, dataset, new_colour));
  }
  if (const auto* after = std::get_if<Detections>(&now)) {
    const double width = line_width(dataset, index);
    std::string drawn = draw_truth(truth, dataset, width);
    if (old) drawn += draw(std::get<Detections>(*old), dataset, old_colour, width);
    return picture(dataset, index, drawn + draw(*after, dataset, new_colour, width));
  }
  return picture(dataset, index, "");
}

// "A & B" of a pair, or an image's own id.
std::vector<std::string> ids_of(const std::string& item,
                                const std::map<std::string, std::size_t>& places) {
  if (places.contains(item)) return {item};
  const std::size_t at = item.find(" & ");
  if (at == item.npos) return {};
  return {item.substr(0, at), item.substr(at + 3)};
}

}  // namespace

std::string flip_page(const CaseComparison& comparison, const JournalReader* before,
                      const JournalReader& after, const Dataset& dataset, std::size_t most) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < dataset.size(); ++i) places[dataset.id(i)] = i;
  const std::string title = html(comparison.name) + (comparison.drawn ? " (drawn)" : "");
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>{0}</title>\n"
      "<style>body{{font:14px sans-serif;background:#222;color:#eee}} svg{{max-width:100%}} "
      "table{{display:inline-block;margin-right:3em}}</style>\n<h1>{0}: answered otherwise</h1>\n"
      "<p><span style=\"color:{1}\">before</span>, <span style=\"color:{2}\">after</span>, true in "
      "white. {3} images; shown are the first {4}, by what each alone does to {5}.{6}</p>\n",
      title, old_colour, new_colour, comparison.flips.size(),
      std::min(most, comparison.flips.size()), html(comparison.flips_of),
      before ? "" : " The earlier run keeps no answers: only the later ones are drawn.");
  for (std::size_t i = 0; i < std::min(most, comparison.flips.size()); ++i) {
    const Flip& flip = comparison.flips[i];
    page += fmt::format("<h2>{}: {:+.6f}</h2>\n", html(flip.item), flip.effect);
    for (const std::string& id : ids_of(flip.item, places)) {
      const auto place = places.find(id);
      if (place == places.end()) continue;
      const std::size_t index = place->second;
      if ((before && !before->answered(index)) || !after.answered(index)) continue;
      const JournalEntry now = after.entry(index);
      const std::optional<JournalEntry> old = before ? before->entry(index) : JournalEntry{};
      page += both_answers(old->answer ? &*old->answer : nullptr, *now.answer, dataset, index);
    }
  }
  return page;
}

}  // namespace bench
