#pragma once
// The one kind of data set behind all readers: a list of images with what is true of each. A reader
// only has to make that list.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/image_source.h"

namespace bench {

struct ListedImage {
  std::string id;
  std::string file;  ///< its name in the image source
  Truth truth;
};

class ListedDataset : public Dataset {
 public:
  /// `source` may be null: then `image` throws Error{missing}. REQUIRES name to outlive the object.
  ListedDataset(std::string_view name, std::vector<std::string> class_names,
                std::vector<ListedImage> images, std::unique_ptr<const ImageSource> source);

  std::string_view name() const override { return name_; }
  std::size_t size() const override { return images_.size(); }
  const std::string& id(std::size_t index) const override { return images_.at(index).id; }
  Truth truth(std::size_t index) const override { return images_.at(index).truth; }
  EncodedImage image(std::size_t index) const override;
  const std::vector<std::string>& class_names() const override { return class_names_; }
  std::string digest() const override;

 private:
  std::string_view name_;
  std::vector<std::string> class_names_;
  std::vector<ListedImage> images_;
  std::unique_ptr<const ImageSource> source_;
};

/// Keeps the images named in DatasetOptions::list, in the order they have here: a file with one id,
/// file name or path per line (more fields after a blank are ignored), or a folder, meaning the
/// image files below it. An empty option keeps all. It is looked for as given, then under root.
/// Throws Error{missing} without it, Error{bad_data} naming the line for an unknown or repeated id,
/// or if two images here have one id.
void keep_listed(std::vector<ListedImage>& images, const DatasetOptions& options);

/// Throws Error{missing} "12 of 3,226 images are not under FOLDER: first ...; get them from PAGE,
/// or restrict the run with --list".
void require_images(const std::vector<ListedImage>& images, const ImageSource& source,
                    std::string_view page);

/// A file name without folders and image ending: "a/b.JPEG" -> "b".
std::string stem_of(std::string_view file);
/// True for .jpg, .jpeg and .png in any case.
bool has_image_ending(std::string_view file);

}  // namespace bench
