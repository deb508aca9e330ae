// A profile as text: for people (describe) and for records (hash).

#include <fmt/format.h>

#include <algorithm>

#include "datasets/preparation.h"
#include "datasets/prepare.h"
#include "models/sha256.h"

namespace bench {
namespace {

std::string_view name_of(Fit fit) {
  switch (fit) {
    case Fit::none: return "none";
    case Fit::exact: return "exact";
    case Fit::shorter_side: return "shorter side";
    case Fit::longer_side: return "longer side";
  }
  return "?";
}

std::string_view name_of(ChannelOrder order) { return order == ChannelOrder::rgb ? "RGB" : "BGR"; }

bool all_are(const std::array<float, 3>& list, float value) {
  return std::all_of(list.begin(), list.end(), [value](float x) { return x == value; });
}

// "0.5" where all three are the same, else "(0.485 0.456 0.406)".
std::string triple(const std::array<float, 3>& list) {
  if (all_are(list, list[0])) return fmt::format("{}", list[0]);
  return fmt::format("({} {} {})", list[0], list[1], list[2]);
}

std::string describe_resize(const Preparation& p) {
  const std::string_view how = bench::name_of(p.resampler);
  switch (p.fit) {
    case Fit::none: return "original size";
    case Fit::exact: return fmt::format("{} x {} ({})", p.width, p.height, how);
    default: return fmt::format("{} {} ({})", name_of(p.fit), p.width, how);
  }
}

// "RGB x / 255", "BGR x - (104 117 123)", "RGB (x / 255 - (0.485 ...)) / (0.229 ...)".
std::string describe_values(const Preparation& p) {
  std::string text = p.divisor == 1 ? "x" : fmt::format("x / {}", p.divisor);
  if (!all_are(p.mean, 0)) text += " - " + triple(p.mean);
  if (!all_are(p.deviation, 1)) text = "(" + text + ") / " + triple(p.deviation);
  return fmt::format("{} {}", name_of(p.order), text);
}

}  // namespace

std::string describe(const Preparation& p) {
  std::string text;
  if (p.central_fraction != 1) text += fmt::format("central {:g} %, ", 100 * p.central_fraction);
  text += describe_resize(p);
  if (p.crop > 0 && p.crop_width > 0) {
    text += fmt::format(", centre crop {} x {}", p.crop_width, p.crop);
  } else if (p.crop > 0) {
    text += fmt::format(", centre crop {}{}", p.crop, p.crop_up ? " from half rounded up" : "");
  }
  if (p.padded_width > 0)
    text += fmt::format(", filled to {} x {}", p.padded_width, p.padded_height);
  if (p.multiple > 1) text += fmt::format(", filled to a multiple of {}", p.multiple);
  if (p.padded_width > 0 || p.multiple > 1) text += fmt::format(" right and below with {}", p.fill);
  text += ", " + describe_values(p);
  if (p.flip) text += ", and mirrored";
  return text;
}

std::string hash(const Preparation& p) {
  std::string text = fmt::format("name={}\nversion={}\n", p.name, p.version);
  text += fmt::format("central_fraction={}\n", p.central_fraction);
  text += fmt::format("fit={}\nwidth={}\nheight={}\n", name_of(p.fit), p.width, p.height);
  text += fmt::format("resampler={}\ncrop={}\n", bench::name_of(p.resampler), p.crop);
  if (p.crop_width > 0) text += fmt::format("crop_width={}\n", p.crop_width);
  if (p.crop_up) text += "crop_up=true\n";
  text += fmt::format("order={}\ndivisor={}\n", name_of(p.order), p.divisor);
  text += fmt::format("mean={} {} {}\n", p.mean[0], p.mean[1], p.mean[2]);
  text += fmt::format("deviation={} {} {}\n", p.deviation[0], p.deviation[1], p.deviation[2]);
  text += fmt::format("padded_width={}\npadded_height={}\n", p.padded_width, p.padded_height);
  text += fmt::format("multiple={}\nfill={}\nflip={}\n", p.multiple, p.fill, p.flip);
  return sha256(text);
}

}  // namespace bench
