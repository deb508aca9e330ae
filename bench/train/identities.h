#pragma once
// Persons as classes: what embeddings are trained on.

#include <filesystem>
#include <memory>

#include "datasets/dataset.h"

namespace bench {

/// Every image in LFW's layout (NAME/NAME_0001.jpg or .png below `root`), sorted; its truth is the
/// place of the person among all persons. Throws Error{missing} if there is no folder or no image.
std::unique_ptr<Dataset> open_identities(const std::filesystem::path& root);

}  // namespace bench
