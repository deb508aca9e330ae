#pragma once
// A data set: images in a fixed order, and what is true of each. Readers understand the publishers'
// own folder layouts; none of them knows networks or scores.

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/answer.h"
#include "models/tensor.h"

namespace bench {

struct ClassLabel {
  int index = 0;  ///< 0..999, sorted-synset order
};

struct FaceBox {
  Box box;  ///< x, y, x + w, y + h as annotated
  bool easy = false, medium = false, hard = false;
};

struct ObjectBox {
  int label = 0;  ///< index into Dataset::class_names()
  Box box;        ///< 1-based, inclusive
  bool difficult = false, truncated = false;
};

/// One line of pairs.txt. It belongs to the sample that is its first image.
struct FacePair {
  int index = 0;      ///< position in pairs.txt, from 0
  int fold = 0;       ///< from 0
  std::string other;  ///< id of the second image
  bool same = false;
};

using Truth = std::variant<ClassLabel, std::vector<FaceBox>, std::vector<ObjectBox>, LabelMap,
                           std::vector<FacePair>>;

/// An encoded image file as it lies on disk or in an archive.
struct EncodedImage {
  std::string file;  ///< for messages: path, or archive:member
  std::vector<std::byte> bytes;
};

/// All member functions may be called from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;

  /// "widerface", "imagenet", "voc-detection", "voc-segmentation", "lfw".
  virtual std::string_view name() const = 0;
  /// Number of images listed: the denominator every run is held to.
  virtual std::size_t size() const = 0;
  /// Unique and stable, e.g. "0--Parade/0_Parade_marchingband_1_20", "2007_000027".
  virtual const std::string& id(std::size_t index) const = 0;
  /// Throws Error{bad_data} or Error{missing} naming the file.
  virtual Truth truth(std::size_t index) const = 0;
  virtual EncodedImage image(std::size_t index) const = 0;
  /// Names of the classes, in label order; one entry, "face", for faces; empty for lfw.
  virtual const std::vector<std::string>& class_names() const = 0;
  /// sha256 (hex) over the ids and annotations, in order: what was asked and what counts as right.
  /// Image bytes are hashed one by one as they are loaded, by the runner.
  virtual std::string digest() const = 0;
};

/// Where a data set lies and which part of it is wanted.
struct DatasetOptions {
  /// The folder (or ground-truth file, where a data set allows one) given with --data.
  std::string root;
  /// An image list (file) or the name of an image set; empty: the data set's default.
  std::string list = {};
  /// False for scoring answers already given: only annotations must be there.
  bool need_images = true;
};

/// Opens a data set by name. Checks that annotations and, if needed, every listed image exist.
/// Throws Error{usage} for an unknown name; Error{missing} saying exactly what was looked for,
/// where, and how many (with the first few names) are not there; Error{bad_data} for damaged
/// annotations.
std::unique_ptr<Dataset> open_dataset(std::string_view name, const DatasetOptions& options);

/// Whether the images below `root` were drawn by a program: it or a folder up to two levels above
/// holds the card that draw_mini writes, a README.md that begins "# Drawn images". Figures on them
/// must not be taken for figures on the real set.
bool is_drawn(const std::string& root);

struct DatasetInfo {
  std::string_view name, about;
};
std::vector<DatasetInfo> datasets();

}  // namespace bench
