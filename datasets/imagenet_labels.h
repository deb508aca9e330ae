#pragma once
// The label spaces of ImageNet, and the files that hold labels.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

constexpr int imagenet_classes = 1000;

/// The 1,000 synsets in label order, and what they are called (the synset where nothing is known).
struct Synsets {
  std::vector<std::string> ids;
  std::vector<std::string> names;

  /// The label of a synset, or nothing.
  std::optional<int> label(std::string_view id) const;
};

/// Whether `text` is n and eight digits.
bool is_synset(std::string_view text);

/// Sorts 1,000 synsets with their names into label order. Throws Error{bad_data} naming `file`
/// unless they are 1,000 different synsets.
Synsets make_synsets(std::vector<std::pair<std::string, std::string>> ids_and_names,
                     const std::filesystem::path& file);

/// The first file of one of these names in the folders where labels may lie, names first.
std::optional<std::filesystem::path> find_labels(const std::filesystem::path& root,
                                                 const std::vector<std::string>& names);

/// Those folders, for messages.
std::string label_folders(const std::filesystem::path& root);

/// From imagenet_synsets.txt or synset_words.txt; nothing without such a file.
std::optional<Synsets> find_synsets(const std::filesystem::path& root);

struct LabelledFile {
  std::string file;
  int label = 0;
};

/// "NAME LABEL" lines, labels 0..999. Throws Error{bad_data} naming the line.
std::vector<LabelledFile> read_label_list(const std::filesystem::path& path);

/// ILSVRC2012_validation_ground_truth.txt: 50,000 of the devkit's own numbers, 1..1000, turned into
/// labels; the map is looked for under `root`. Throws Error{missing} without the map;
/// Error{bad_data} for other counts, and for files that hold labels from 0 under this name.
struct DevkitLabels {
  std::vector<LabelledFile> files;
  Synsets synsets;
};
DevkitLabels read_devkit(const std::filesystem::path& path, const std::filesystem::path& root);

/// LOC_val_solution.csv of the Kaggle copy: ImageId, and a string that begins with the synset.
/// Sorted by image, as the other lists are.
std::vector<LabelledFile> read_kaggle_csv(const std::filesystem::path& path,
                                          const Synsets& synsets);

/// The csv of the NIPS 2017 contest: columns ImageId and TrueLabel (from 1) by name.
std::vector<LabelledFile> read_nips_csv(const std::filesystem::path& path);

}  // namespace bench
