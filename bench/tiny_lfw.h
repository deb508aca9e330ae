#pragma once
// For tests only: a face data set of a few drawings and a network for it, in the formats of the
// real ones, so that the whole program can be run.

#include <filesystem>
#include <string>
#include <vector>

namespace bench::testing {

/// FOLDER/lfw with pairs.txt (two folds) and `people` people of two drawings each (PNG, 112x112),
/// and FOLDER/tiny.onnx: a drawing's mean colour as its descriptor.
void write_tiny_lfw(const std::filesystem::path& folder, int people);

/// The command line that runs it: `out` within the folder, so many bootstrap replicates, and
/// `more`.
std::vector<std::string> tiny_run(const std::filesystem::path& folder, const std::string& out,
                                  int replicates, const std::vector<std::string>& more = {});

/// A file that holds an RGB image of one colour with some noise.
std::string tiny_png(int red, int green, int blue, unsigned noise);

}  // namespace bench::testing
