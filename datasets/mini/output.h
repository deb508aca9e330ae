#pragma once
// What all tasks of the generator share: what is asked for, files, the card.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/random.h"

namespace bench::mini {

struct DrawOptions {
  std::filesystem::path out;
  std::uint64_t seed = 1;
  int images = 0;
  bool train = false;  ///< the train split: other random numbers for the same seed
};

/// What came out, for the one who asked: lines "name: value".
using Statistics = std::vector<std::string>;

struct Task {
  std::string_view name, about;
  Statistics (*draw)(const DrawOptions&);
};
/// "classification", ...
const std::vector<Task>& tasks();

/// Draws a task and writes its card, README.md. REQUIRES an absent or empty folder `out`, images >
/// 0. Throws Error{usage} for an unknown task or a folder that holds something, Error{environment}
/// where a file cannot be written.
Statistics draw_task(std::string_view task, const DrawOptions& options);

/// A stream of its own for each thing of a kind: no two share numbers, whatever else is drawn.
Random stream(const DrawOptions& options, std::string_view kind, int index);

/// Makes the folders on the way. Throws Error{environment}.
void write_file(const std::filesystem::path& path, std::string_view content);

/// "least 1, mean 2.5, most 9".
std::string spread(const std::vector<double>& values);
/// "a 12, b 3".
std::string counts(const std::map<std::string, int>& by_name);

}  // namespace bench::mini
