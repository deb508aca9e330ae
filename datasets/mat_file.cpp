#include "datasets/mat_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <bit>
#include <cstring>
#include <map>

#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

static_assert(std::endian::native == std::endian::little);

using Bytes = std::span<const std::byte>;

constexpr std::size_t header_size = 128;
constexpr std::size_t most_inflated = 64u << 20;  // the largest real file inflates to 6 MB
constexpr std::size_t most_arrays = 1u << 20;
constexpr int most_depth = 16;

enum Type : std::uint32_t {
  mi_int8 = 1,
  mi_uint8 = 2,
  mi_int16 = 3,
  mi_uint16 = 4,
  mi_int32 = 5,
  mi_uint32 = 6,
  mi_single = 7,
  mi_double = 9,
  mi_int64 = 12,
  mi_uint64 = 13,
  mi_matrix = 14,
  mi_compressed = 15,
  mi_utf8 = 16,
  mi_utf16 = 17,
};

enum Class : std::uint32_t { mx_cell = 1, mx_struct = 2, mx_char = 4, mx_double = 6, mx_last = 15 };

struct Element {
  std::uint32_t type = 0;
  Bytes data;
};

struct Header {
  std::uint32_t mx_class = 0;
  std::vector<std::size_t> dims;
  std::size_t count = 1;
  std::string name;
};

template <class T>
void append_numbers(Bytes data, std::vector<double>& out) {
  for (std::size_t at = 0; at + sizeof(T) <= data.size(); at += sizeof(T)) {
    T value;
    std::memcpy(&value, data.data() + at, sizeof(T));
    out.push_back(static_cast<double>(value));
  }
}

void append_utf8(std::uint32_t unit, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (unit < 0x80) {
    put(unit);
  } else if (unit < 0x800) {
    put(0xc0 | unit >> 6);
    put(0x80 | (unit & 0x3f));
  } else {
    put(0xe0 | (unit >> 12 & 0x0f));
    put(0x80 | (unit >> 6 & 0x3f));
    put(0x80 | (unit & 0x3f));
  }
}

class Reader {
 public:
  Reader(std::string_view file, const std::vector<std::string>& wanted) : file_(file) {
    for (const auto& name : wanted) found_.emplace(name, std::nullopt);
  }

  void read(Bytes bytes);
  MatArray take(const std::string& name);

 private:
  [[noreturn]] void fail(const std::string& what, Fault fault = Fault::bad_data) const {
    const std::string place = variable_.empty() ? "" : ", variable " + variable_;
    throw Error(fault, fmt::format("MATLAB file {}{}: {}", file_, place, what));
  }
  void check_header(Bytes bytes) const;
  Element next(Bytes& rest, bool padded = true) const;
  Element next(Bytes& rest, std::uint32_t type, const char* what) const;
  std::vector<std::byte> inflated(Bytes data);
  void read_variable(Bytes matrix);
  Header read_header(Bytes& rest) const;
  MatArray read_array(Bytes matrix, int depth);
  MatArray read_body(Header header, Bytes rest, int depth);
  std::vector<double> read_numbers(const Element& element, std::size_t count) const;
  std::string read_text(const Element& element) const;
  std::vector<std::string> read_field_names(Bytes& rest) const;
  std::vector<MatArray> read_elements(Bytes rest, std::size_t count, int depth);

  std::string file_;
  std::string variable_;  // for messages
  std::map<std::string, std::optional<MatArray>> found_;
  std::size_t inflated_ = 0, arrays_ = 0;
};

void Reader::check_header(Bytes bytes) const {
  if (bytes.size() < header_size) fail(fmt::format("only {} bytes, cut short", bytes.size()));
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()), header_size);
  if (header.starts_with("MATLAB 7.3")) {
    fail("version 7.3 (HDF5) is not supported; save it with '-v7'", Fault::unsupported);
  }
  if (header.substr(126, 2) == "MI") fail("big-endian files are not supported", Fault::unsupported);
  if (header.substr(126, 2) != "IM" || header[125] != 1) {
    fail("not a MATLAB version 5 file (no 'IM' mark at byte 126)");
  }
}

// A tag of 8 bytes and its data; or, where the upper half of the first word is not zero, a tag of 4
// with up to 4 bytes of data. All but compressed elements are padded to 8 bytes.
Element Reader::next(Bytes& rest, bool padded) const {
  if (rest.size() < 8) fail("cut short in the tag of an element");
  std::uint32_t word[2];
  std::memcpy(word, rest.data(), sizeof word);
  if (word[0] >> 16) {
    const std::size_t size = word[0] >> 16;
    if (size > 4) fail(fmt::format("a small element claims {} bytes", size));
    const Element element{word[0] & 0xffff, rest.subspan(4, size)};
    rest = rest.subspan(8);
    return element;
  }
  const std::size_t size = word[1];
  rest = rest.subspan(8);
  if (size > rest.size()) {
    fail(fmt::format("cut short: an element of {} bytes, {} are left", size, rest.size()));
  }
  const Element element{word[0], rest.first(size)};
  const std::size_t step = padded ? (size + 7) / 8 * 8 : size;
  rest = rest.subspan(std::min(step, rest.size()));
  return element;
}

Element Reader::next(Bytes& rest, std::uint32_t type, const char* what) const {
  const Element element = next(rest);
  if (element.type != type) {
    fail(fmt::format("{} has data type {}, not {}", what, element.type, type));
  }
  return element;
}

std::vector<std::byte> Reader::inflated(Bytes data) {
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  if (inflateInit(&stream) != Z_OK) fail("zlib cannot start", Fault::environment);
  std::vector<std::byte> out;
  std::vector<std::byte> block(1 << 16);
  int state = Z_OK;
  while (state == Z_OK && inflated_ <= most_inflated) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = block.size() - stream.avail_out;
    out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
    inflated_ += got;
  }
  inflateEnd(&stream);
  if (inflated_ > most_inflated) {
    fail(fmt::format("inflates to more than {} bytes", with_commas(most_inflated)));
  }
  if (state != Z_STREAM_END) fail("compressed data is damaged or cut short");
  return out;
}

void Reader::read(Bytes bytes) {
  check_header(bytes);
  for (Bytes rest = bytes.subspan(header_size); !rest.empty();) {
    variable_.clear();
    const Element element = next(rest, false);
    if (element.type == mi_matrix) read_variable(element.data);
    if (element.type != mi_compressed) continue;
    const auto plain = inflated(element.data);
    Bytes inside = plain;
    read_variable(next(inside, mi_matrix, "a compressed element").data);
  }
  variable_.clear();
}

void Reader::read_variable(Bytes matrix) {
  Bytes rest = matrix;
  const Element flags = next(rest, mi_uint32, "array flags");
  if (flags.data.size() != 8) fail("array flags are not 8 bytes");
  if (std::to_integer<unsigned>(flags.data[0]) > mx_last) return;  // objects: their layout differs
  rest = matrix;
  Header header = read_header(rest);
  const auto place = found_.find(header.name);
  if (place == found_.end()) return;
  variable_ = header.name;
  if (place->second) fail("is there twice");
  place->second = read_body(std::move(header), rest, 0);
}

Header Reader::read_header(Bytes& rest) const {
  Header header;
  const Element flags = next(rest, mi_uint32, "array flags");
  if (flags.data.size() != 8) fail("array flags are not 8 bytes");
  header.mx_class = std::to_integer<std::uint32_t>(flags.data[0]);
  const Element dims = next(rest, mi_int32, "dimensions");
  for (const double size : read_numbers(dims, dims.data.size() / 4)) {
    if (size < 0) fail("a negative dimension");
    header.dims.push_back(static_cast<std::size_t>(size));
    if (__builtin_mul_overflow(header.count, header.dims.back(), &header.count)) {
      fail("dimensions too large");
    }
  }
  if (header.dims.size() < 2 || header.dims.size() > 32) fail("not between 2 and 32 dimensions");
  const Element name = next(rest, mi_int8, "a name");
  header.name.assign(reinterpret_cast<const char*>(name.data.data()), name.data.size());
  return header;
}

MatArray Reader::read_array(Bytes matrix, int depth) {
  if (depth > most_depth) fail(fmt::format("nested deeper than {}", most_depth));
  if (++arrays_ > most_arrays) fail("more arrays than any annotation file has");
  if (matrix.empty()) return MatArray{MatArray::Kind::numbers, {0, 0}, {}, {}, {}, {}};
  Bytes rest = matrix;
  Header header = read_header(rest);
  return read_body(std::move(header), rest, depth);
}

MatArray Reader::read_body(Header header, Bytes rest, int depth) {
  MatArray array;
  array.dims = std::move(header.dims);
  if (header.mx_class == mx_cell) {
    array.kind = MatArray::Kind::cells;
    array.elements = read_elements(rest, header.count, depth);
  } else if (header.mx_class == mx_struct) {
    array.kind = MatArray::Kind::fields;
    array.field_names = read_field_names(rest);
    std::size_t count = 0;
    if (__builtin_mul_overflow(header.count, array.field_names.size(), &count)) {
      fail("a struct with too many elements");
    }
    array.elements = read_elements(rest, count, depth);
  } else if (header.mx_class == mx_char) {
    array.kind = MatArray::Kind::text;
    array.text = read_text(next(rest));
  } else if (header.mx_class >= mx_double && header.mx_class <= mx_last) {
    array.numbers = read_numbers(next(rest), header.count);
  } else {
    fail(fmt::format("arrays of class {} (sparse or object) are not supported", header.mx_class),
         Fault::unsupported);
  }
  return array;
}

// Numbers may be stored in a smaller type than their array's class; the type of the data decides.
std::vector<double> Reader::read_numbers(const Element& element, std::size_t count) const {
  constexpr std::uint8_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
  const std::size_t size = element.type < std::size(sizes) ? sizes[element.type] : 0;
  if (size == 0) fail(fmt::format("numbers of data type {}", element.type));
  if (element.data.size() % size || element.data.size() / size != count) {
    fail(fmt::format("an array of {} numbers holds {} bytes of {} each", count, element.data.size(),
                     size));
  }
  std::vector<double> out;
  out.reserve(count);
  switch (element.type) {
    case mi_int8: append_numbers<std::int8_t>(element.data, out); break;
    case mi_uint8: append_numbers<std::uint8_t>(element.data, out); break;
    case mi_int16: append_numbers<std::int16_t>(element.data, out); break;
    case mi_uint16: append_numbers<std::uint16_t>(element.data, out); break;
    case mi_int32: append_numbers<std::int32_t>(element.data, out); break;
    case mi_uint32: append_numbers<std::uint32_t>(element.data, out); break;
    case mi_single: append_numbers<float>(element.data, out); break;
    case mi_double: append_numbers<double>(element.data, out); break;
    case mi_int64: append_numbers<std::int64_t>(element.data, out); break;
    default: append_numbers<std::uint64_t>(element.data, out); break;
  }
  return out;
}

std::string Reader::read_text(const Element& element) const {
  std::string text;
  if (element.type == mi_uint16 || element.type == mi_utf16) {
    std::vector<double> units;
    append_numbers<std::uint16_t>(element.data, units);
    for (const double unit : units) append_utf8(static_cast<std::uint32_t>(unit), text);
  } else if (element.type == mi_int8 || element.type == mi_uint8 || element.type == mi_utf8) {
    text.assign(reinterpret_cast<const char*>(element.data.data()), element.data.size());
  } else {
    fail(fmt::format("text of data type {}", element.type));
  }
  return text;
}

std::vector<std::string> Reader::read_field_names(Bytes& rest) const {
  const auto length = read_numbers(next(rest, mi_int32, "field name length"), 1)[0];
  const Element names = next(rest, mi_int8, "field names");
  if (length < 1 || length > 64) fail("field names longer than 64 characters");
  const auto width = static_cast<std::size_t>(length);
  std::vector<std::string> out;
  for (std::size_t at = 0; at + width <= names.data.size(); at += width) {
    const auto* first = reinterpret_cast<const char*>(names.data.data()) + at;
    out.emplace_back(first, strnlen(first, width));
  }
  return out;
}

std::vector<MatArray> Reader::read_elements(Bytes rest, std::size_t count, int depth) {
  if (count > rest.size() / 8) {  // each has a tag
    fail(fmt::format("claims {} elements in {} bytes", count, rest.size()));
  }
  std::vector<MatArray> elements;
  for (std::size_t i = 0; i < count; ++i) {
    elements.push_back(read_array(next(rest, mi_matrix, "an element").data, depth + 1));
  }
  return elements;
}

MatArray Reader::take(const std::string& name) {
  auto& value = found_.at(name);
  if (!value) fail("holds no variable '" + name + "'", Fault::missing);
  return std::move(*value);
}

}  // namespace

std::vector<MatArray> read_mat(std::span<const std::byte> bytes, std::string_view file,
                               const std::vector<std::string>& wanted) {
  Reader reader(file, wanted);
  reader.read(bytes);
  std::vector<MatArray> arrays;
  for (const auto& name : wanted) arrays.push_back(reader.take(name));
  return arrays;
}

std::vector<MatArray> read_mat(const std::filesystem::path& path,
                               const std::vector<std::string>& wanted) {
  const std::string bytes = read_text(path);
  return read_mat(std::as_bytes(std::span(bytes)), path.string(), wanted);
}

}  // namespace bench
