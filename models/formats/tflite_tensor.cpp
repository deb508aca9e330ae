#include "models/formats/tflite_tensor.h"

#include <algorithm>
#include <cmath>

#include "models/formats/half.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::size_t longest_name = 256, largest_rank = 8;
constexpr std::int64_t largest_dimension = std::int64_t{1} << 31;

// Field numbers of the schema's tables.
namespace field {
enum Tensor { shape, type, buffer, name, quantization, shape_signature = 7 };
enum Buffer { data, offset };
enum Quantization { scale = 2, zero_point, details_type, axis = 6 };
}  // namespace field

/// How wide an element is; 0 for those whose values are of no use here.
std::size_t width_of(int type) {
  switch (type) {
    case TfliteTensor::uint8:
    case TfliteTensor::int8:
    case TfliteTensor::boolean: return 1;
    case TfliteTensor::float16:
    case TfliteTensor::int16: return 2;
    case TfliteTensor::float32:
    case TfliteTensor::int32: return 4;
    case TfliteTensor::int64: return 8;
    default: return 0;
  }
}

/// Converters join the names of the nodes they fused with ';'.
std::string short_name(std::string_view name) {
  return std::string(name.substr(0, std::min(name.find(';'), longest_name)));
}

void read_quantisation(const FlatTable& table, TfliteTensor& tensor) {
  tensor.scale = table.numbers<float>(field::scale);
  tensor.zero_point = table.numbers<std::int64_t>(field::zero_point);
  tensor.axis = table.number<std::int32_t>(field::axis, 0);
  if (tensor.scale.empty()) return;
  if (table.number<std::uint8_t>(field::details_type, 0) != 0) refuse("custom quantisation");
  if (tensor.zero_point.empty()) tensor.zero_point.resize(tensor.scale.size());
  if (tensor.zero_point.size() == 1) {
    tensor.zero_point.resize(tensor.scale.size(), tensor.zero_point[0]);
  }
  if (tensor.zero_point.size() != tensor.scale.size()) {
    reject("has " + std::to_string(tensor.scale.size()) + " scales and " +
           std::to_string(tensor.zero_point.size()) + " zero points");
  }
  for (const float scale : tensor.scale) {
    if (!(scale > 0) || !std::isfinite(scale)) reject("has a scale of " + std::to_string(scale));
  }
  for (const std::int64_t zero : tensor.zero_point) {
    if (zero < -(1 << 16) || zero > 1 << 16) reject("has a zero point of " + std::to_string(zero));
  }
  if (tensor.scale.size() == 1) return;
  const bool fits = tensor.axis >= 0 &&
                    static_cast<std::size_t>(tensor.axis) < tensor.shape.size() &&
                    tensor.shape[static_cast<std::size_t>(tensor.axis)] ==
                        static_cast<std::int64_t>(tensor.scale.size());
  if (!fits) {
    reject("has " + std::to_string(tensor.scale.size()) + " scales along axis " +
           std::to_string(tensor.axis) + " of " + to_string(tensor.shape));
  }
}

void read_shape(const FlatTable& table, TfliteTensor& tensor) {
  const auto shape = table.numbers<std::int32_t>(field::shape);
  if (shape.size() > largest_rank) refuse(std::to_string(shape.size()) + " axes");
  tensor.shape.assign(shape.begin(), shape.end());
  for (const std::int64_t size : tensor.shape) {
    if (size < 0 || size >= largest_dimension) reject("has the size " + std::to_string(size));
  }
  const auto signature = table.numbers<std::int32_t>(field::shape_signature);
  tensor.open_batch = !signature.empty() && signature[0] == -1;
  const bool open_image = std::count(signature.begin(), signature.end(), -1) > tensor.open_batch;
  if (open_image && shape.size() == 4) {
    refuse("leaves the image's size open; fix it when converting");
  }
}

void read_data(const FlatTable& table, const std::vector<FlatTable>& buffers,
               TfliteTensor& tensor) {
  const auto number = table.number<std::uint32_t>(field::buffer, 0);
  if (number >= buffers.size()) reject("lies in buffer " + std::to_string(number));
  const FlatTable& buffer = buffers[number];
  if (buffer.number<std::uint64_t>(field::offset, 0) > 1) refuse("data behind the flatbuffer");
  tensor.bytes = buffer.bytes(field::data);
  const std::size_t width = width_of(tensor.type);
  if (tensor.bytes.empty() || width == 0) return;
  const auto needed = static_cast<std::uint64_t>(count(tensor.shape)) * width;
  if (needed != tensor.bytes.size()) {
    reject("holds " + std::to_string(tensor.bytes.size()) + " bytes, its shape " +
           to_string(tensor.shape) + " needs " + std::to_string(needed));
  }
}

template <class T, class Use>
void for_each(std::string_view bytes, Use use) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(T); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    use(i, value);
  }
}

/// value = (number - zero point) * scale, rounded once.
template <class T>
void dequantise(const TfliteTensor& tensor, std::span<float> values) {
  if (tensor.scale.empty()) {
    refuse("the values of " + in_quotes(tensor.name) + " are " +
           std::string(name_of_tflite_type(tensor.type)) + " without a scale");
  }
  std::size_t inner = values.size();  // elements that share an index along the axis
  if (tensor.scale.size() > 1) {
    inner = 1;
    for (auto i = static_cast<std::size_t>(tensor.axis) + 1; i < tensor.shape.size(); ++i) {
      inner *= static_cast<std::size_t>(tensor.shape[i]);
    }
  }
  for_each<T>(tensor.bytes, [&](std::size_t i, T number) {
    const std::size_t channel = i / inner % tensor.scale.size();
    const double steps =
        static_cast<double>(number) - static_cast<double>(tensor.zero_point[channel]);
    values[i] = static_cast<float>(steps * static_cast<double>(tensor.scale[channel]));
  });
}

Grid grid_of_bits(const TfliteTensor& tensor, int bits, bool is_signed) {
  Grid grid;
  grid.bits = bits;
  grid.is_signed = is_signed;
  grid.scale = tensor.scale;
  grid.zero_point.assign(tensor.zero_point.begin(), tensor.zero_point.end());
  grid.axis = tensor.scale.size() > 1 ? tensor.axis : -1;
  grid.rounding = Rounding::half_away;
  within(in_quotes(tensor.name), [&] { validate(grid, "quantisation"); });
  return grid;
}

}  // namespace

std::string_view name_of_tflite_type(int type) {
  constexpr std::string_view names[] = {"float32", "float16", "int32", "uint8",     "int64",
                                        "string",  "bool",    "int16", "complex64", "int8"};
  return type >= 0 && type < 10 ? names[type] : "an unknown type";
}

std::vector<TfliteTensor> read_tflite_tensors(const FlatTable& subgraph,
                                              const std::vector<FlatTable>& buffers) {
  std::vector<TfliteTensor> result;
  for (const FlatTable& table : subgraph.tables(0)) {
    TfliteTensor tensor;
    tensor.name = short_name(table.text(field::name));
    if (tensor.name.empty()) tensor.name = "#" + std::to_string(result.size());
    within("tensor " + in_quotes(tensor.name), [&] {
      tensor.type = table.number<std::int8_t>(field::type, 0);
      read_shape(table, tensor);
      if (const auto quantisation = table.table(field::quantization)) {
        read_quantisation(*quantisation, tensor);
      }
      read_data(table, buffers, tensor);
    });
    result.push_back(std::move(tensor));
  }
  return result;
}

Tensor real_values(const TfliteTensor& tensor, FlatBuffer& file) {
  if (width_of(tensor.type) == 0) {
    refuse("values of type " + std::string(name_of_tflite_type(tensor.type)));
  }
  file.spend(static_cast<std::uint64_t>(count(tensor.shape)) * sizeof(float));
  Tensor result(tensor.shape);
  const auto values = result.data<float>();
  switch (tensor.type) {
    case TfliteTensor::float32:
      for_each<float>(tensor.bytes, [&](std::size_t i, float value) { values[i] = value; });
      break;
    case TfliteTensor::float16:
      for_each<std::uint16_t>(tensor.bytes,
                              [&](std::size_t i, std::uint16_t v) { values[i] = from_half(v); });
      break;
    case TfliteTensor::uint8: dequantise<std::uint8_t>(tensor, values); break;
    case TfliteTensor::int8: dequantise<std::int8_t>(tensor, values); break;
    case TfliteTensor::int16: dequantise<std::int16_t>(tensor, values); break;
    case TfliteTensor::int32: dequantise<std::int32_t>(tensor, values); break;
    case TfliteTensor::int64: dequantise<std::int64_t>(tensor, values); break;
    default: refuse("values of type " + std::string(name_of_tflite_type(tensor.type)));
  }
  return result;
}

std::vector<std::int64_t> whole_numbers(const TfliteTensor& tensor, FlatBuffer& file) {
  file.spend(tensor.bytes.size() * 2);
  std::vector<std::int64_t> result;
  const auto take = [&](std::size_t, std::int64_t value) { result.push_back(value); };
  if (tensor.type == TfliteTensor::int32) {
    for_each<std::int32_t>(tensor.bytes, take);
  } else if (tensor.type == TfliteTensor::int64) {
    for_each<std::int64_t>(tensor.bytes, take);
  } else {
    reject(in_quotes(tensor.name) + " should hold whole numbers");
  }
  return result;
}

std::optional<Grid> grid_of(const TfliteTensor& tensor) {
  const bool narrow_enough = tensor.type == TfliteTensor::uint8 ||
                             tensor.type == TfliteTensor::int8 ||
                             tensor.type == TfliteTensor::int16;
  if (tensor.scale.empty() || !narrow_enough) return std::nullopt;
  const int bits = tensor.type == TfliteTensor::int16 ? 16 : 8;
  return grid_of_bits(tensor, bits, tensor.type != TfliteTensor::uint8);
}

TfliteParameter stored_weight(const TfliteTensor& tensor, int channels, FlatBuffer& file) {
  const bool bytes = tensor.type == TfliteTensor::uint8 || tensor.type == TfliteTensor::int8;
  if (!bytes || tensor.scale.empty()) return {real_values(tensor, file), std::nullopt};
  if (tensor.scale.size() > 1 && tensor.axis != channels) {
    refuse(in_quotes(tensor.name) + " has scales along axis " + std::to_string(tensor.axis) +
           ", not along its outputs");
  }
  TfliteParameter weight{{}, grid_of(tensor)};
  if (weight.grid->axis >= 0) weight.grid->axis = 0;
  file.spend(tensor.bytes.size());
  weight.values = Tensor(tensor.shape, weight.grid->is_signed ? DType::i8 : DType::u8);
  std::memcpy(weight.values.bytes().data(), tensor.bytes.data(), tensor.bytes.size());
  return weight;
}

TfliteParameter stored_bias(const TfliteTensor& tensor, FlatBuffer& file) {
  const bool whole = tensor.type == TfliteTensor::int32 || tensor.type == TfliteTensor::int64;
  if (!whole || tensor.scale.empty()) return {real_values(tensor, file), std::nullopt};
  const std::vector<std::int64_t> numbers = whole_numbers(tensor, file);
  TfliteParameter bias{Tensor(tensor.shape, DType::i32), grid_of_bits(tensor, 32, true)};
  const auto values = bias.values.data<std::int32_t>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    values[i] = static_cast<std::int32_t>(numbers[i]);
    if (values[i] != numbers[i]) return {real_values(tensor, file), std::nullopt};
  }
  return bias;
}

}  // namespace bench
