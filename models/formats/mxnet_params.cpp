// Source: NDArray::Save and Load of MXNet (src/ndarray/ndarray.cc): a list starts with 0x112 and a
// reserved 0. The oldest records start with the number of axes, later ones with a version.

#include "models/formats/mxnet_params.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "models/formats/half.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::uint64_t list_magic = 0x112;
constexpr std::uint32_t int64_shape = 0xF993FAC8, with_storage = 0xF993FAC9,
                        numpy_shape = 0xF993FACA;
constexpr std::uint32_t most_axes = 32;
constexpr std::uint64_t least_record = 4, longest_name = 4096;
constexpr std::array<std::size_t, 7> sizes = {4, 8, 2, 1, 4, 1, 8};

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t offset() const { return offset_; }
  std::uint64_t left() const { return bytes_.size() - offset_; }
  std::string_view take(std::uint64_t size, const char* what) {
    if (size > left()) {
      reject(std::string(what) + " at offset " + std::to_string(offset_) + " needs " +
             std::to_string(size) + " bytes; " + std::to_string(left()) +
             " are left: the file is damaged or cut short");
    }
    const std::string_view taken = bytes_.substr(offset_, size);
    offset_ += size;
    return taken;
  }
  template <class T>
  T number(const char* what) {
    T value;
    std::memcpy(&value, take(sizeof value, what).data(), sizeof value);
    return value;
  }

 private:
  std::string_view bytes_;
  std::uint64_t offset_ = 0;
};

void refuse_sparse(std::int32_t storage) {
  if (storage == 1) refuse("is kept as sparse rows");
  if (storage == 2) refuse("is kept as a sparse matrix (CSR)");
  if (storage != 0) reject("has the storage type " + std::to_string(storage));
}

template <class Size>
Shape read_shape(Cursor& in, std::uint32_t axes) {
  if (axes > most_axes) {
    reject("starts with " + std::to_string(axes) + ", neither a version nor a number of axes");
  }
  if (axes == 0) reject("has no shape");
  Shape shape;
  for (std::uint32_t i = 0; i < axes; ++i) {
    const auto size = static_cast<std::int64_t>(in.number<Size>("its shape"));
    if (size < 1) reject("has an axis of " + std::to_string(size));
    shape.push_back(size);
  }
  return shape;
}

/// The bytes of `shape`, each axis checked against what is left before it is multiplied.
std::string_view take_elements(Cursor& in, const Shape& shape, std::size_t element) {
  std::uint64_t size = element;
  for (const std::int64_t axis : shape) {
    if (static_cast<std::uint64_t>(axis) > in.left() / size) {
      reject("of shape " + to_string(shape) + " does not fit into the " +
             std::to_string(in.left()) + " bytes left: the file is damaged or cut short");
    }
    size *= static_cast<std::uint64_t>(axis);
  }
  return in.take(size, "its values");
}

MxnetArray read_array(Cursor& in) {
  const auto first = in.number<std::uint32_t>("its start");
  MxnetArray array;
  if (first < int64_shape || first > numpy_shape) {
    array.shape = read_shape<std::uint32_t>(in, first);
  } else {
    if (first != int64_shape) refuse_sparse(in.number<std::int32_t>("its storage"));
    const auto axes = in.number<std::uint32_t>("its number of axes");
    // A numpy array without axes is one number.
    if (first != numpy_shape || axes != 0) array.shape = read_shape<std::int64_t>(in, axes);
  }
  in.take(8, "its device");
  const auto type = in.number<std::uint32_t>("its type");
  if (type >= sizes.size()) refuse("has elements of type " + std::to_string(type));
  array.type = static_cast<MxnetArray::Type>(type);
  array.bytes = take_elements(in, array.shape, sizes[type]);
  return array;
}

std::vector<MxnetArray> read_arrays(Cursor& in) {
  const auto promised = in.number<std::uint64_t>("the number of arrays");
  if (promised > in.left() / least_record) {
    reject("promises " + std::to_string(promised) + " arrays; " + std::to_string(in.left()) +
           " bytes follow");
  }
  std::vector<MxnetArray> arrays;
  for (std::uint64_t i = 0; i < promised; ++i) {
    const std::string place =
        "array " + std::to_string(i) + " at offset " + std::to_string(in.offset());
    within(place, [&] { arrays.push_back(read_array(in)); });
  }
  return arrays;
}

std::string read_name(Cursor& in) {
  const auto length = in.number<std::uint64_t>("the length of a name");
  if (length > longest_name) reject("has a name of " + std::to_string(length) + " bytes");
  const std::string_view name = in.take(length, "a name");
  if (!name.starts_with("arg:") && !name.starts_with("aux:")) {
    reject("has an array named " + in_quotes(name) + ", neither arg: nor aux:");
  }
  return std::string(name.substr(4));
}

template <class T>
T load(std::string_view bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

float element(const MxnetArray& array, std::size_t i) {
  using enum MxnetArray::Type;
  switch (array.type) {
    case f32: return load<float>(array.bytes, i);
    case f64: return static_cast<float>(load<double>(array.bytes, i));
    case f16: return from_half(load<std::uint16_t>(array.bytes, i));
    case u8: return static_cast<float>(load<std::uint8_t>(array.bytes, i));
    case i32: return static_cast<float>(load<std::int32_t>(array.bytes, i));
    case i8: return static_cast<float>(load<std::int8_t>(array.bytes, i));
    case i64: return static_cast<float>(load<std::int64_t>(array.bytes, i));
  }
  return 0;
}

}  // namespace

MxnetArrays parse_mxnet_params(std::string_view bytes) {
  Cursor in(bytes);
  if (in.number<std::uint64_t>("the list") != list_magic) reject("is no list of MXNet arrays");
  if (in.number<std::uint64_t>("the list") != 0) reject("is no list of MXNet arrays");
  const std::vector<MxnetArray> arrays = read_arrays(in);
  const auto names = in.number<std::uint64_t>("the number of names");
  if (names != arrays.size()) {
    reject("has " + std::to_string(arrays.size()) + " arrays and " + std::to_string(names) +
           " names");
  }
  MxnetArrays result;
  for (const MxnetArray& array : arrays) {
    std::string name = read_name(in);
    if (result.contains(name)) reject("has two arrays named " + in_quotes(name));
    result.emplace(std::move(name), array);
  }
  if (in.left() > 0) reject(std::to_string(in.left()) + " bytes are left behind the last name");
  return result;
}

Tensor to_floats(const MxnetArray& array) {
  Tensor result(array.shape);
  const auto values = result.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = element(array, i);
    if (!std::isfinite(values[i])) {
      reject("element " + std::to_string(i) + " is not finite as a float");
    }
  }
  return result;
}

int bits_of_word(const MxnetArray& array) {
  const std::size_t size = sizes[static_cast<std::size_t>(array.type)];
  if (size < 4) reject("words of packed signs have 32 or 64 bits, not " + std::to_string(8 * size));
  return static_cast<int>(8 * size);
}

}  // namespace bench
