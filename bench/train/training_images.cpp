#include "bench/train/training_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "bench/train/augment.h"
#include "bench/train/identities.h"
#include "datasets/image.h"
#include "datasets/mini/output.h"
#include "models/error.h"
#include "models/random.h"
#include "models/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t room_for_pixels = std::size_t{1} << 30;

// Streams that share nothing: of an epoch's order, and of each image shown.
Random stream(std::uint64_t seed, std::uint64_t kind, std::int64_t number) {
  const std::uint64_t mixed = Random(Random(seed).next() + kind).next();
  return Random(Random(mixed + static_cast<std::uint64_t>(number)).next());
}

std::vector<std::size_t> shuffled(std::size_t size, Random random) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = size; i > 1; --i) {
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(random.integer(0, static_cast<int>(i) - 1))]);
  }
  return order;
}

// The folder appears whole or not at all.
void draw(const TrainingRecipe::Images& images, const fs::path& folder) {
  const fs::path part = folder.string() + ".part";
  fs::remove_all(part);
  mini::draw_task(images.draw, {part, images.seed, images.count, true});
  fs::rename(part, folder);
}

void copy_into(const Tensor& one, std::size_t index, Tensor& all) {
  const auto from = one.data<float>();
  std::ranges::copy(
      from, all.data<float>().begin() + static_cast<std::ptrdiff_t>(index) * std::ssize(from));
}

}  // namespace

std::unique_ptr<Dataset> open_training_set(const TrainingRecipe& recipe, const std::string& data,
                                           const std::function<void(const std::string&)>& say) {
  fs::path root = data;
  if (!recipe.images.draw.empty()) {
    root /=
        fmt::format("{}-{}-seed{}", recipe.images.draw, recipe.images.count, recipe.images.seed);
    if (!fs::exists(root)) {
      say(fmt::format("drawing {} images into {}", recipe.images.count, root.string()));
      draw(recipe.images, root);
    }
  }
  if (recipe.task == "lfw") return open_identities(root);
  // VOC names its sets of images; the default is the one that is judged on.
  const bool is_voc = recipe.task.starts_with("voc-");
  return open_dataset(recipe.task, {.root = root.string(), .list = is_voc ? "train" : ""});
}

TrainingImages::TrainingImages(std::unique_ptr<const Dataset> dataset, const TrainingRecipe& recipe)
    : dataset_(std::move(dataset)),
      preparation_(find_preparation(recipe.prepare)),
      augment_(recipe.augment),
      batch_(recipe.batch),
      seed_(recipe.seed),
      pixels_(dataset_->size()) {
  if (pixels_.empty()) throw Error(Fault::bad_data, "a data set without images to train on");
  Sha256 hash;
  hash.add(dataset_->digest());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    const EncodedImage file = dataset_->image(i);
    hash.add(std::span<const std::byte>(file.bytes));
    if (kept > room_for_pixels) continue;
    pixels_[i] = decode_image(file.bytes, file.file).pixels;
    kept += static_cast<std::size_t>(pixels_[i].size());
  }
  digest_ = hash.hex();
}

Tensor TrainingImages::pixels(std::size_t index) const {
  if (!pixels_[index].empty()) return pixels_[index];
  const EncodedImage file = dataset_->image(index);
  return decode_image(file.bytes, file.file).pixels;
}

Tensor TrainingImages::input(std::size_t index) const {
  return std::move(prepare(preparation_, pixels(index)).front().input);
}

std::size_t TrainingImages::at(std::int64_t position) {
  const auto size = static_cast<std::int64_t>(pixels_.size());
  if (position / size != epoch_) {
    epoch_ = position / size;
    order_ = shuffled(pixels_.size(), stream(seed_, 1, epoch_));
  }
  return order_[static_cast<std::size_t>(position % size)];
}

Batch TrainingImages::batch(int step) {
  Batch batch;
  for (int i = 0; i < batch_; ++i) {
    const std::int64_t position = std::int64_t{step} * batch_ + i;
    const std::size_t index = at(position);
    const Augmented shown = augment(pixels(index), augment_, stream(seed_, 2, position));
    const View view = std::move(prepare(preparation_, shown.image).front());
    Shape shape = view.input.shape();
    shape[0] = batch_;
    if (i == 0) batch.input = Tensor(shape);
    if (shape != batch.input.shape()) {
      throw Error(Fault::bad_data, fmt::format("image '{}': an input of {}, but others' are {}; "
                                               "train with a preparation of one size",
                                               dataset_->id(index), to_string(view.input.shape()),
                                               to_string(batch.input.shape())));
    }
    copy_into(view.input, static_cast<std::size_t>(i), batch.input);
    batch.targets.push_back(
        place(dataset_->truth(index), then(shown.placement, placement_of(view.geometry))));
  }
  return batch;
}

}  // namespace bench
