#pragma once
// What a training is shown: a data set's images in a new order every epoch, moved about, prepared,
// with what is true of them on the network's input. Every batch depends on the recipe and its
// number alone, so a training can go on anywhere.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/train/objective.h"
#include "bench/training_recipe.h"
#include "datasets/dataset.h"
#include "datasets/prepare.h"

namespace bench {

struct Batch {
  Tensor input;  ///< N x C x H x W
  std::vector<Target> targets;
};

/// The recipe's data set: drawn into a folder of its own below `data` where that is not there yet;
/// without anything to draw, the one in `data`. Of VOC's image sets, train; for lfw, persons are
/// classes. `say` is told of drawing, which takes a while. Throws as open_dataset and mini::draw_task.
std::unique_ptr<Dataset> open_training_set(const TrainingRecipe& recipe, const std::string& data,
                                           const std::function<void(const std::string&)>& say);

class TrainingImages {
 public:
  /// Reads and decodes every image; keeps pixels up to a GiB. Throws as decode_image, and
  /// Error{bad_data} for a data set without images.
  TrainingImages(std::unique_ptr<const Dataset> dataset, const TrainingRecipe& recipe);

  std::size_t size() const { return dataset_->size(); }
  int classes() const { return static_cast<int>(dataset_->class_names().size()); }
  /// sha256 over annotations and image files.
  const std::string& digest() const { return digest_; }

  /// Number `step`, from 0. Throws Error{bad_data} naming the image whose input is of another size
  /// than the others'.
  Batch batch(int step);

  /// The input made of an image as it is.
  Tensor input(std::size_t index) const;

 private:
  Tensor pixels(std::size_t index) const;
  std::size_t at(std::int64_t position);

  std::unique_ptr<const Dataset> dataset_;
  const Preparation& preparation_;
  TrainingRecipe::Augment augment_;
  int batch_;
  std::uint64_t seed_;
  std::string digest_;
  std::vector<Tensor> pixels_;  // empty where there was no room
  std::int64_t epoch_ = -1;
  std::vector<std::size_t> order_;  // of that epoch
};

}  // namespace bench
