#pragma once
// pairs.txt of Labeled Faces in the Wild and its relatives.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct LfwPair {
  std::string first, second;  ///< "Abel_Pacheco/Abel_Pacheco_0001"
  int fold = 0;               ///< from 0
  bool same = false;
};

/// Lines are "name i j" (same person) or "name1 i name2 j" (different). The first may be a header:
/// "10 300" means 10 folds of 300 same and 300 different pairs, "500" one fold of 500 and 500; then
/// the number of lines must agree. Without a header all pairs are one fold.
/// Throws Error{bad_data} naming the line and its content.
std::vector<LfwPair> read_lfw_pairs(const std::filesystem::path& path);

/// Whether a file's first line is that of a file of pairs, rather than of a list of images.
bool looks_like_pairs(const std::filesystem::path& path);

}  // namespace bench
