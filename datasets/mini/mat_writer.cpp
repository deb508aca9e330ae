#include "datasets/mini/mat_writer.h"

#include <cstdint>

namespace bench::mini {
namespace {

// The format's numbers for types of data and classes of arrays.
constexpr std::uint32_t mi_int8 = 1, mi_int32 = 5, mi_uint32 = 6, mi_matrix = 14, mi_utf8 = 16;
constexpr std::uint32_t mx_cell = 1, mx_char = 4, mx_int32 = 12;

std::string le32(std::uint32_t value) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xffu);
  return out;
}

// Tag, data, padding to 8 bytes.
std::string element(std::uint32_t type, const std::string& data) {
  std::string out = le32(type) + le32(static_cast<std::uint32_t>(data.size())) + data;
  out.resize((out.size() + 7) / 8 * 8);
  return out;
}

std::string array(std::uint32_t kind, std::size_t rows, std::size_t columns,
                  const std::string& name, const std::string& body) {
  const std::string flags = element(mi_uint32, le32(kind) + le32(0));
  const std::string sizes =
      le32(static_cast<std::uint32_t>(rows)) + le32(static_cast<std::uint32_t>(columns));
  return element(mi_matrix, flags + element(mi_int32, sizes) + element(mi_int8, name) + body);
}

}  // namespace

std::string mat_text(const std::string& text, const std::string& name) {
  return array(mx_char, 1, text.size(), name, element(mi_utf8, text));
}

std::string mat_matrix(std::size_t rows, std::size_t columns, const std::vector<int>& values) {
  std::string data;
  for (const int value : values) data += le32(static_cast<std::uint32_t>(value));
  return array(mx_int32, rows, columns, "", element(mi_int32, data));
}

std::string mat_cells(const std::vector<std::string>& cells, const std::string& name) {
  std::string body;
  for (const auto& cell : cells) body += cell;
  return array(mx_cell, cells.size(), 1, name, body);
}

std::string mat_bytes(const std::vector<std::string>& variables) {
  std::string out = "MATLAB 5.0 MAT-file, written by draw_mini";
  out.resize(124, ' ');
  out += std::string("\x00\x01IM", 4);
  for (const auto& variable : variables) out += variable;
  return out;
}

}  // namespace bench::mini
