#include "datasets/mini/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "datasets/mini/classification.h"
#include "datasets/mini/crowds.h"
#include "datasets/mini/identities.h"
#include "datasets/mini/scenes.h"
#include "models/error.h"

namespace bench::mini {
namespace {

namespace fs = std::filesystem;

// Readers know drawn images by the first line (is_drawn).
constexpr const char* card = R"(# Drawn images: {task} ({split} split)

{about}

Every picture here was drawn by a program (`draw_mini`, datasets/mini/ in Quantbench) from random
numbers. Nothing comes from any publisher's data. The layout and the file names are those of the real
set's, so that the same reader opens it, and that is all it has in common with it: a figure measured
here is a figure on drawings, never one on the real set, and must not be shown as such.

Command: `draw_mini {task} --out FOLDER --seed {seed} --images {images} --split {split}`

The same command gives the same bytes with the same JPEG, PNG and C libraries. Splits and seeds share
no random numbers.

## Statistics

{statistics})";

void write_card(const Task& task, const DrawOptions& options, const Statistics& statistics) {
  std::string lines;
  for (const auto& line : statistics) lines += "* " + line + "\n";
  write_file(options.out / "README.md",
             fmt::format(fmt::runtime(card), fmt::arg("task", task.name),
                         fmt::arg("about", task.about), fmt::arg("seed", options.seed),
                         fmt::arg("images", options.images), fmt::arg("statistics", lines),
                         fmt::arg("split", options.train ? "train" : "val")));
}

}  // namespace

const std::vector<Task>& tasks() {
  static const std::vector<Task> all = {
      {"classification",
       "Shapes in ImageNet's layout (`val/`, `val.txt`, `synset_words.txt`): 24 classes, each one "
       "shape (disc, triangle, cross) with one texture (plain, striped, checked) in one family of "
       "hues (around red, green, blue). The other 976 of the thousand labels are not used.",
       draw_classification},
      {"voc",
       "Scenes of eight of VOC's classes in its layout of 2012 (`VOC2012/`): boxes (truth encloses "
       "what is seen) and label maps of the same pictures. The other twelve classes do not occur.",
       draw_voc},
      {"widerface",
       "Drawn faces of many sizes in WIDER FACE's layout, in five events. Easy, medium and hard "
       "follow from what was drawn (size, occlusion, blur, light), not from how detectors fared. "
       "Both splits use the names of the validation set, for which the reader looks.",
       draw_widerface},
      {"lfw",
       "Drawn persons in LFW's layout (`NAME/NAME_0001.jpg`, `pairs.txt` of 10 folds, no person in "
       "two folds): features and colours belong to the person; turn, expression, light, glasses, "
       "hats, blur, things in front and, now and then, another haircut or beard to the picture.",
       draw_lfw},
  };
  return all;
}

Statistics draw_task(std::string_view name, const DrawOptions& options) {
  const auto task =
      std::find_if(tasks().begin(), tasks().end(), [&](const Task& t) { return t.name == name; });
  if (task == tasks().end()) {
    std::string known;
    for (const Task& t : tasks()) known += fmt::format(" {}", t.name);
    throw Error(Fault::usage, fmt::format("unknown task '{}'; known:{}", name, known));
  }
  if (fs::exists(options.out) && !fs::is_empty(options.out)) {
    throw Error(Fault::usage, options.out.string() + " is not empty; name another folder");
  }
  auto statistics = task->draw(options);
  write_card(*task, options, statistics);
  return statistics;
}

// Seeds that differ by one lead to unrelated states through the generator's own mixing.
Random stream(const DrawOptions& options, std::string_view kind, int index) {
  std::uint64_t state = Random(options.seed).next() ^ (options.train ? 0x7261696eu : 0u);
  for (const char c : kind) state = Random(state + static_cast<unsigned char>(c)).next();
  return Random(Random(state + static_cast<std::uint64_t>(index)).next());
}

void write_file(const fs::path& path, std::string_view content) {
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw Error(Fault::environment, "cannot write " + path.string());
}

std::string spread(const std::vector<double>& values) {
  if (values.empty()) return "none";
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  return fmt::format("least {:.4g}, mean {:.4g}, most {:.4g}", *least, mean, *most);
}

std::string counts(const std::map<std::string, int>& by_name) {
  std::string text;
  for (const auto& [name, count] : by_name) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count);
  }
  return text;
}

}  // namespace bench::mini
