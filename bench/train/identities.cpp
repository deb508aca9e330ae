#include "bench/train/identities.h"

#include "datasets/listed.h"
#include "models/error.h"

namespace bench {

std::unique_ptr<Dataset> open_identities(const std::filesystem::path& root) {
  std::vector<std::string> persons;
  std::vector<ListedImage> images;
  for (const std::string& person : folders_in(root)) {
    const ClassLabel label{static_cast<int>(persons.size())};
    const std::size_t before = images.size();
    for (const std::string& file : files_in(root / person)) {
      if (!has_image_ending(file)) continue;
      images.push_back({person + "/" + stem_of(file), person + "/" + file, label});
    }
    if (images.size() > before) persons.push_back(person);
  }
  if (images.empty()) {
    throw Error(Fault::missing, root.string() + ": no images in folders of persons");
  }
  return std::make_unique<ListedDataset>("lfw", std::move(persons), std::move(images),
                                         open_folder(root));
}

}  // namespace bench
