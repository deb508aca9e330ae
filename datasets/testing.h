#pragma once
// For tests only: files written from a few words, and MATLAB files built by hand.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/error.h"
#include "models/testing.h"

namespace bench::testing {

/// Writes `content` to `path`, making the folders on the way.
inline void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// The message of the Error that `work` throws. Throws std::logic_error (and so fails the test) if
/// it throws none, or one of another kind.
template <class Work>
std::string error_of(Fault fault, Work work) {
  try {
    work();
  } catch (const Error& error) {
    if (error.fault() == fault) return error.what();
    throw std::logic_error(std::string("another kind of error: ") + error.what());
  }
  throw std::logic_error("no error where one was expected");
}

/// Little-endian, as MATLAB 5 files are.
inline std::string le32(std::uint32_t value) {
  std::string out;
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
  return out;
}

/// One element: tag, data, padding to 8 bytes.
inline std::string mat_element(std::uint32_t type, std::string data) {
  std::string out = le32(type) + le32(static_cast<std::uint32_t>(data.size())) + data;
  out.resize((out.size() + 7) / 8 * 8);
  return out;
}

/// An array: flags with its class, dimensions, name, then `body`.
inline std::string mat_array(std::uint32_t mx_class, std::vector<std::uint32_t> dims,
                             const std::string& body, const std::string& name = "") {
  std::string sizes;
  for (const auto size : dims) sizes += le32(size);
  return mat_element(14, mat_element(6, le32(mx_class) + le32(0)) + mat_element(5, sizes) +
                             mat_element(1, name) + body);
}

/// A column of int32, or a matrix given column by column.
inline std::string mat_numbers(std::vector<std::uint32_t> dims, std::vector<int> values,
                               const std::string& name = "") {
  std::string data;
  for (const int value : values) data += le32(static_cast<std::uint32_t>(value));
  return mat_array(12, std::move(dims), mat_element(5, data), name);
}

inline std::string mat_text(const std::string& text, const std::string& name = "") {
  return mat_array(4, {1, static_cast<std::uint32_t>(text.size())}, mat_element(16, text), name);
}

inline std::string mat_cells(const std::vector<std::string>& cells, const std::string& name = "") {
  std::string body;
  for (const auto& cell : cells) body += cell;
  return mat_array(1, {static_cast<std::uint32_t>(cells.size()), 1}, body, name);
}

/// An n x 1 struct; `values` holds all fields of the first element, then of the second, ...
inline std::string mat_struct(const std::vector<std::string>& fields,
                              const std::vector<std::string>& values, const std::string& name) {
  std::string names, body;
  for (auto field : fields) names += (field.resize(32), field);
  for (const auto& value : values) body += value;
  const auto count = static_cast<std::uint32_t>(values.size() / fields.size());
  return mat_array(2, {count, 1}, mat_element(5, le32(32)) + mat_element(1, names) + body, name);
}

/// The file around the variables.
inline std::string mat_file(const std::string& variables) {
  std::string header = "MATLAB 5.0 MAT-file, made by a test";
  header.resize(124, ' ');
  return header + std::string("\x00\x01IM", 4) + variables;
}

/// Padded to the 512-byte blocks of a tar file.
inline std::string padded(std::string data) {
  data.resize((data.size() + 511) / 512 * 512);
  return data;
}

/// A tar header and its data.
inline std::string tar_member(const std::string& name, const std::string& data, char type = '0',
                              const std::string& magic = "ustar") {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(0, name.substr(0, 100));
  char size[13];
  std::snprintf(size, sizeof size, "%011o", static_cast<unsigned>(data.size()));
  put(124, size);
  header[156] = type;
  put(257, magic);
  put(148, std::string(8, ' '));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char check[8];
  std::snprintf(check, sizeof check, "%06o", sum);
  put(148, std::string(check, 7));
  return header + padded(data);
}

}  // namespace bench::testing
