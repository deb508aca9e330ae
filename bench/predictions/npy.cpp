#include "bench/predictions/npy.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include "models/error.h"

namespace bench {
namespace {

/// The file's bytes, with errors that name it.
struct NpyFile {
  std::string path, bytes;

  [[noreturn]] void fail(const std::string& what, Fault fault = Fault::bad_data) const {
    throw Error(fault, fmt::format("{}: {}", path, what));
  }

  std::size_t unsigned_at(std::size_t at, std::size_t size) const {
    std::size_t value = 0;
    for (std::size_t i = size; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
  }
};

/// The text after 'KEY': in the header's Python dictionary.
std::string_view value_of(std::string_view header, const std::string& key, const NpyFile& file) {
  const std::size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) file.fail(fmt::format("the header has no field '{}'", key));
  std::string_view value = header.substr(at + key.size() + 3);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

/// "(7701, 128)", each number at most 2^31.
std::optional<std::pair<std::size_t, std::size_t>> parse_shape(std::string_view text) {
  std::uint32_t rows = 0, columns = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with('(')) return std::nullopt;
  auto parsed = std::from_chars(text.data() + 1, end, rows);
  if (parsed.ec != std::errc()) return std::nullopt;
  std::string_view rest(parsed.ptr, static_cast<std::size_t>(end - parsed.ptr));
  if (!rest.starts_with(", ")) return std::nullopt;
  parsed = std::from_chars(parsed.ptr + 2, end, columns);
  if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ')') return std::nullopt;
  return std::pair{std::size_t{rows}, std::size_t{columns}};
}

}  // namespace

FloatRows read_npy(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw Error(Fault::missing, fmt::format("cannot open {}", path));
  const NpyFile file{path, {std::istreambuf_iterator<char>(stream), {}}};
  if (file.bytes.size() < 12 || !file.bytes.starts_with("\x93NUMPY")) {
    file.fail("not a .npy file (it does not begin with \\x93NUMPY)");
  }
  const bool long_header =
      file.bytes[6] >= 2;  // format 1 counts the header in 2 bytes, 2 and 3 in 4
  const std::size_t begin = long_header ? 12 : 10;
  const std::size_t length = file.unsigned_at(8, long_header ? 4 : 2);
  if (length > file.bytes.size() - begin) file.fail("the header is longer than the file");
  const std::string_view header = std::string_view(file.bytes).substr(begin, length);

  const std::string_view type = value_of(header, "descr", file);
  if (!type.starts_with("'<f4'") && !type.starts_with("'<f8'")) {
    file.fail("embeddings must be float32 or float64, little-endian ('<f4' or '<f8')",
              Fault::unsupported);
  }
  if (!value_of(header, "fortran_order", file).starts_with("False")) {
    file.fail("fortran_order is not False: save the array in C order", Fault::unsupported);
  }
  const auto shape = parse_shape(value_of(header, "shape", file));
  if (!shape) file.fail("shape is not (images, values)");
  const std::size_t size = type[3] == '4' ? 4 : 8;
  const std::size_t count = shape->first * shape->second;  // each below 2^32
  const std::size_t have = file.bytes.size() - begin - length;
  if (have % size != 0 || have / size != count) {
    file.fail(fmt::format("shape ({}, {}) needs {} values, but {} bytes follow the header",
                          shape->first, shape->second, count, have));
  }
  FloatRows rows{shape->first, shape->second, std::vector<float>(count)};
  const char* const data = file.bytes.data() + begin + length;
  for (std::size_t i = 0; i < count; ++i) {
    if (size == 4) {
      std::memcpy(&rows.values[i], data + 4 * i, 4);
    } else {
      double value = 0;
      std::memcpy(&value, data + 8 * i, 8);
      rows.values[i] = static_cast<float>(value);
    }
  }
  return rows;
}

}  // namespace bench
