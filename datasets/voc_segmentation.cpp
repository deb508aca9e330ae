#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "datasets/image.h"
#include "datasets/listed.h"
#include "datasets/voc.h"
#include "datasets/voc_layout.h"
#include "models/error.h"
#include "models/sha256.h"

namespace bench {
namespace {

constexpr int void_label = 255;

std::vector<std::string> class_names_with_background() {
  std::vector<std::string> names = {"background"};
  names.insert(names.end(), voc_classes().begin(), voc_classes().end());
  return names;
}

// Label maps stay on disk until asked for: those of 2012 take 300 MB decoded.
class Segmentation : public ListedDataset {
 public:
  Segmentation(std::vector<ListedImage> images, std::unique_ptr<const ImageSource> source,
               const std::filesystem::path& masks)
      : ListedDataset("voc-segmentation", class_names_with_background(), std::move(images),
                      std::move(source)),
        masks_(open_folder(masks)) {}

  Truth truth(std::size_t index) const override {
    const EncodedImage file = mask(index);
    LabelMap map = decode_label_map(file.bytes, file.file);
    const auto wrong = std::find_if(map.labels.begin(), map.labels.end(), [this](auto label) {
      return label >= class_names().size() && label != void_label;
    });
    if (wrong != map.labels.end()) {
      throw Error(Fault::bad_data,
                  fmt::format("label map {} holds the label {}; labels are 0 to {} "
                              "and 255 for void",
                              file.file, *wrong, class_names().size() - 1));
    }
    return map;
  }

  /// Over the PNG files as they are: decoding all takes seconds.
  std::string digest() const override {
    Sha256 hash;
    for (std::size_t i = 0; i < size(); ++i) hash.add(id(i) + "\n").add(mask(i).bytes);
    return hash.hex();
  }

 private:
  EncodedImage mask(std::size_t index) const { return masks_->read(id(index) + ".png"); }

  std::unique_ptr<const ImageSource> masks_;
};

}  // namespace

std::unique_ptr<Dataset> open_voc_segmentation(const DatasetOptions& options) {
  const VocKind kind = {"SegmentationClass", ".png", "Segmentation"};
  const auto year = find_voc_year(options.root, kind.annotations);
  auto images = list_voc(year, kind, options);
  auto source = open_voc_images(year, images, options.need_images);
  return std::make_unique<Segmentation>(std::move(images), std::move(source),
                                        year / kind.annotations);
}

}  // namespace bench
