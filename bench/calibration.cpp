#include "bench/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "bench/files.h"
#include "bench/recipe_parts.h"
#include "bench/run_showing.h"
#include "bench/subset.h"
#include "datasets/image.h"
#include "models/passes/layers.h"
#include "models/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

bool is_image(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

std::vector<std::string> images_below(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && is_image(entry.path())) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

// One path a line, from the list's own folder where it is not absolute.
std::vector<std::string> images_listed(const std::string& list) {
  std::istringstream lines(read_file(list));
  std::vector<std::string> files;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) files.push_back((fs::path(list).parent_path() / line).string());
  }
  return files;
}

std::vector<std::string> own_images(const std::string& place) {
  if (!fs::exists(place)) {
    throw Error(Fault::missing, "calibration: no such folder or list of images: " + place);
  }
  return fs::is_directory(place) ? images_below(place) : images_listed(place);
}

EncodedImage read_image(const std::string& path) {
  const std::string text = read_file(path);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {path, {bytes, bytes + text.size()}};
}

}  // namespace

Recipe calibrated_by(Recipe recipe, const CalibrationChoice& choice) {
  if (!needs_images(recipe) && choice.rule.empty()) return recipe;
  const CalibrationChoice usual;
  if (!choice.rule.empty()) {
    const auto rule = calibration_rule(choice.rule);
    for (Pass& one : recipe.passes) {
      if (auto* calibrate = std::get_if<pass::Calibrate>(&one)) calibrate->rule = rule;
    }
    recipe.name += "-" + choice.rule;
  }
  if (!needs_images(recipe)) return recipe;
  if (choice.images != usual.images) recipe.name += fmt::format("-{}images", choice.images);
  if (choice.seed != usual.seed) recipe.name += fmt::format("-seed{}", choice.seed);
  return recipe;
}

CalibrationImages::CalibrationImages(const CalibrationChoice& choice, const Dataset* dataset,
                                     const Preparation& preparation)
    : preparation_(preparation) {
  if (choice.images < 0 || choice.seed < 0) {
    throw Error(Fault::usage, "calibration: expected a number of images and a seed of 0 or more");
  }
  const bool own = !choice.data.empty();
  const auto files = own ? own_images(choice.data) : std::vector<std::string>();
  const std::size_t available = own ? files.size() : dataset->size();
  if (choice.images > 0) {  // `choose` takes 0 for all
    for (const std::size_t i : choose(available, static_cast<std::size_t>(choice.images),
                                      static_cast<std::uint64_t>(choice.seed))) {
      if (own) {
        read_.emplace_back([path = files[i]] { return read_image(path); });
      } else {
        read_.emplace_back([dataset, i] { return dataset->image(i); });
      }
    }
  }
  std::string all;
  for (const auto& read : read_) {
    const std::string hash = sha256(read().bytes);
    hashes_.insert(hash);
    all += hash + "\n";
  }
  facts_ = {own ? choice.data : std::string(dataset->name()), static_cast<std::int64_t>(size()),
            choice.seed, sha256(std::as_bytes(std::span(all)))};
}

std::vector<Tensor> CalibrationImages::load(std::size_t image) const {
  const EncodedImage file = read_[image]();
  std::vector<Tensor> inputs;
  for (View& view : prepare(preparation_, decode_image(file.bytes, file.file).pixels)) {
    inputs.push_back(std::move(view.input));
  }
  return inputs;
}

CalibrationInputs inputs_for(const CalibrationImages* images, const Shape& shape) {
  CalibrationInputs inputs;
  inputs.shape = shape;
  // Passes heed the grids there are so far, so a network with grids is run by a backend that does.
  inputs.runner = [](const Graph& graph) {
    return run_showing(find_backend(has_grids(graph) ? "fake-quant" : "float"), graph);
  };
  if (images) {
    inputs.images = images->size();
    inputs.load = [images](std::size_t image) { return images->load(image); };
  }
  return inputs;
}

}  // namespace bench
