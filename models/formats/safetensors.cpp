#include "models/formats/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

static_assert(std::endian::native == std::endian::little);

using nlohmann::json;

constexpr std::uint64_t longest_header = 100'000'000;  // the format's own limit

struct TypeName {
  std::string_view name;
  DType type;
};
constexpr TypeName type_names[] = {{"F32", DType::f32},
                                   {"U8", DType::u8},
                                   {"I8", DType::i8},
                                   {"I32", DType::i32},
                                   {"I64", DType::i64}};

json describe(const Tensor& tensor, std::size_t begin) {
  const auto* known = std::ranges::find(type_names, tensor.type(), &TypeName::type);
  return {{"dtype", known->name},
          {"shape", tensor.shape()},
          {"data_offsets", {begin, begin + tensor.bytes().size()}}};
}

// Watches the parser: nlohmann::json itself lets any depth and keys given twice pass.
struct Watch {
  std::vector<std::set<std::string>> keys;
  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    if (depth > 8) reject("has a header nested too deep");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed).second) {
      reject("has the key " + in_quotes(parsed.get_ref<const std::string&>()) + " twice");
    }
    return true;
  }
};

json parse(std::span<const std::byte> text) {
  const auto* begin = reinterpret_cast<const char*>(text.data());
  try {
    return json::parse(begin, begin + text.size(), Watch());
  } catch (const json::exception& error) {
    reject(std::string("has a header that is not JSON: ") + error.what());
  }
}

struct Parts {
  json header;
  std::span<const std::byte> data;
};

Parts split(std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof(length)) reject("is too short for its length field");
  std::memcpy(&length, bytes.data(), sizeof(length));
  const auto rest = bytes.subspan(sizeof(length));
  if (length > longest_header || length > rest.size()) {
    reject("says its header has " + std::to_string(length) + " bytes, of which it has " +
           std::to_string(rest.size()));
  }
  Parts parts{parse(rest.first(length)), rest.subspan(length)};
  if (!parts.header.is_object()) reject("has a header that is not a JSON object");
  return parts;
}

std::map<std::string, std::string> read_notes(const json& field) {
  std::map<std::string, std::string> notes;
  if (!field.is_object()) reject("has metadata that is not an object");
  for (const auto& [name, value] : field.items()) {
    if (!value.is_string()) reject("has metadata " + in_quotes(name) + " that is not text");
    notes[name] = value.get<std::string>();
  }
  return notes;
}

std::vector<std::int64_t> read_numbers(const json& field, const char* key) {
  const auto found = field.find(key);
  if (found == field.end() || !found->is_array()) reject(std::string("has no list ") + key);
  std::vector<std::int64_t> numbers;
  for (const json& value : *found) {
    constexpr std::uint64_t most = std::uint64_t{1} << 48;
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > most) {
      reject(std::string("has ") + key + " that are not sizes");
    }
    numbers.push_back(value.get<std::int64_t>());
  }
  return numbers;
}

DType read_type(const json& field) {
  const auto found = field.find("dtype");
  if (found == field.end() || !found->is_string()) reject("has no dtype");
  const auto& name = found->get_ref<const std::string&>();
  const auto* known = std::ranges::find(type_names, name, &TypeName::name);
  if (known == std::end(type_names)) {
    refuse("has elements " + in_quotes(name) + "; F32, U8, I8, I32 and I64 are known");
  }
  return known->type;
}

struct Extent {
  std::size_t begin, end;
};

Extent read_extent(const json& field, std::size_t size) {
  const auto ends = read_numbers(field, "data_offsets");
  if (ends.size() != 2) reject("has data_offsets that are not two");
  const Extent extent{static_cast<std::size_t>(ends[0]), static_cast<std::size_t>(ends[1])};
  if (extent.begin > extent.end || extent.end > size) reject("lies outside the file");
  return extent;
}

// Memory is asked for only after the file was seen to hold the elements.
Tensor read_tensor(const json& field, std::span<const std::byte> data, Extent extent) {
  const DType type = read_type(field);
  const Shape shape = read_numbers(field, "shape");
  const std::uint64_t wanted = static_cast<std::uint64_t>(count(shape)) * size_of(type);
  if (wanted != extent.end - extent.begin) {
    reject("has " + std::to_string(extent.end - extent.begin) + " bytes for shape " +
           to_string(shape));
  }
  Tensor tensor(shape, type);
  std::ranges::copy(data.subspan(extent.begin, wanted), tensor.bytes().begin());
  return tensor;
}

// Neither holes nor bytes that belong to two tensors.
void require_whole(std::vector<Extent> extents, std::size_t size) {
  std::ranges::sort(extents, {}, [](const Extent& e) { return std::pair(e.begin, e.end); });
  std::size_t end = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != end) reject("has tensors that overlap or leave a hole");
    end = extent.end;
  }
  if (end != size) reject("has bytes that belong to no tensor");
}

NamedTensors read(std::span<const std::byte> bytes) {
  const Parts parts = split(bytes);
  NamedTensors result;
  std::vector<Extent> extents;
  for (const auto& [name, field] : parts.header.items()) {
    if (name == "__metadata__") {
      result.notes = read_notes(field);
      continue;
    }
    within("tensor " + in_quotes(name), [&, &key = name, &value = field] {
      if (!value.is_object()) reject("is not described by an object");
      extents.push_back(read_extent(value, parts.data.size()));
      result.tensors[key] = read_tensor(value, parts.data, extents.back());
    });
  }
  require_whole(std::move(extents), parts.data.size());
  return result;
}

}  // namespace

std::vector<std::byte> write_safetensors(const NamedTensors& tensors) {
  json header = json::object();
  if (!tensors.notes.empty()) header["__metadata__"] = tensors.notes;
  std::size_t size = 0;
  for (const auto& [name, tensor] : tensors.tensors) {
    header[name] = describe(tensor, size);
    size += tensor.bytes().size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that elements begin on 8-byte boundaries
  const std::uint64_t length = text.size();
  std::vector<std::byte> bytes(sizeof(length) + text.size() + size);
  auto end = bytes.begin();
  const auto append = [&](std::span<const std::byte> more) {
    end = std::ranges::copy(more, end).out;
  };
  append(std::as_bytes(std::span(&length, 1)));
  append(std::as_bytes(std::span(text)));
  for (const auto& [name, tensor] : tensors.tensors) append(tensor.bytes());
  return bytes;
}

NamedTensors read_safetensors(std::span<const std::byte> bytes, std::string_view what) {
  NamedTensors result;
  within(std::string(what), [&] { result = read(bytes); });
  return result;
}

}  // namespace bench
