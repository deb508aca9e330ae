#pragma once
// Where image files come from: a folder, or an archive read in place.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace bench {

/// Encoded images by name. All member functions may be called from several threads at once.
class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// The folder or archive, for messages.
  virtual std::string where() const = 0;
  /// Those of `names` that are not here, in the order given.
  virtual std::vector<std::string> absent(const std::vector<std::string>& names) const = 0;
  /// Throws Error{missing} or Error{bad_data} naming the file.
  virtual EncodedImage read(const std::string& name) const = 0;
};

/// No encoded image is larger: above it an entry is refused before it is read.
constexpr std::uint64_t largest_image_bytes = 64u << 20;

/// Names are paths relative to `folder`.
std::unique_ptr<ImageSource> open_folder(const std::filesystem::path& folder);

/// The first of `names` that exists under `root`, or nothing. An empty name is the root itself.
std::optional<std::filesystem::path> first_existing(const std::filesystem::path& root,
                                                    const std::vector<std::string>& names);

/// Names of the entries of a folder, sorted; hidden ones left out. Throws Error{missing}.
std::vector<std::string> files_in(const std::filesystem::path& folder);
std::vector<std::string> folders_in(const std::filesystem::path& folder);

}  // namespace bench
