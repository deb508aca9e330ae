#pragma once
// The folders of a VOCdevkit, shared by detection and segmentation.

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/image_source.h"
#include "datasets/listed.h"

namespace bench {

/// The 20 classes, in alphabetical order.
const std::vector<std::string>& voc_classes();

/// The folder of one year: `root` itself or the only one below it that has a folder `annotations`.
/// Throws Error{missing} saying where it looked, Error{usage} naming the years if there are
/// several.
std::filesystem::path find_voc_year(const std::filesystem::path& root,
                                    const std::string& annotations);

/// What of a year is wanted: `annotations`/ID`ending` for each id of the image set in
/// ImageSets/`kind`, or of the list. Truth is left empty.
/// Throws Error{missing} for an unknown set (naming the known) and for ids without annotation.
struct VocKind {
  std::string annotations;  ///< "Annotations" or "SegmentationClass"
  std::string ending;       ///< ".xml" or ".png"
  std::string image_sets;   ///< "Main" or "Segmentation"
};
std::vector<ListedImage> list_voc(const std::filesystem::path& year, const VocKind& kind,
                                  const DatasetOptions& options);

/// JPEGImages of the year, every image of the list being there; null if images are not needed and
/// the folder is absent.
std::unique_ptr<const ImageSource> open_voc_images(const std::filesystem::path& year,
                                                   const std::vector<ListedImage>& images,
                                                   bool need_images);

}  // namespace bench
