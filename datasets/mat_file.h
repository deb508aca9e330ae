#pragma once
// MATLAB version 5 files ("save -v5", "save -v7"): numbers, text, cells and structs. The publishers
// of WIDER FACE and ImageNet keep their annotations in them. Every size in the file is checked
// against what is there before it is used, and what it may inflate to is bounded.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// One array. Elements are in MATLAB's order: column by column.
struct MatArray {
  enum class Kind { numbers, text, cells, fields };

  Kind kind = Kind::numbers;
  std::vector<std::size_t> dims;
  std::vector<double> numbers;           ///< all numeric classes and logicals; real part
  std::string text;                      ///< UTF-8
  std::vector<std::string> field_names;  ///< of a struct
  std::vector<MatArray> elements;        ///< of a cell; of a struct: all fields of the first
                                         ///< element, then of the second, ...
};

/// The variables called `wanted`, in that order. `file` is for messages.
/// Throws Error{missing} for a variable that is not there, Error{bad_data} for damage,
/// Error{unsupported} for version 4, version 7.3 (HDF5), big-endian files, and wanted variables
/// that are sparse or objects.
std::vector<MatArray> read_mat(std::span<const std::byte> bytes, std::string_view file,
                               const std::vector<std::string>& wanted);
std::vector<MatArray> read_mat(const std::filesystem::path& path,
                               const std::vector<std::string>& wanted);

}  // namespace bench
