#include "datasets/archive.h"

#include "models/error.h"

namespace bench {

void require_safe_name(const std::string& name, const std::filesystem::path& archive) {
  bool safe = !name.empty() && name[0] != '/' && name.find('\\') == std::string::npos &&
              name.find('\0') == std::string::npos;
  for (const auto& part : std::filesystem::path(name)) safe = safe && part != "..";
  if (!safe) {
    throw Error(Fault::bad_data, "archive " + archive.string() + ": the member name '" + name +
                                     "' climbs out of the archive; refused");
  }
}

}  // namespace bench
