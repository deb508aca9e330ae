#pragma once
// MATLAB 5 files, as far as WIDER FACE's lists need them: what datasets/mat_file.h reads.

#include <string>
#include <vector>

namespace bench::mini {

/// One array as it lies in a file. Inside a cell the name is empty.
std::string mat_text(const std::string& text, const std::string& name = "");
/// rows x columns of int32, column by column. REQUIRES values.size() == rows * columns.
std::string mat_matrix(std::size_t rows, std::size_t columns, const std::vector<int>& values);
/// n x 1 cells.
std::string mat_cells(const std::vector<std::string>& cells, const std::string& name = "");
/// The file around the arrays.
std::string mat_bytes(const std::vector<std::string>& variables);

}  // namespace bench::mini
