#include "models/formats/ncnn_param.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "models/formats/read_file.h"
#include "models/formats/reject.h"

namespace bench {
namespace {

constexpr std::string_view magic = "7767517";
constexpr int first_list = -23300, longest_list = 1024;
constexpr std::size_t most_layers = 100'000;

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto start = text.find_first_not_of(separators);
    if (start == text.npos) return parts;
    const auto end = std::min(text.find_first_of(separators, start), text.size());
    parts.push_back(text.substr(start, end - start));
    text.remove_prefix(end);
  }
}

template <class T>
T number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    reject(in_quotes(text) + " is no number");
  }
  return value;
}

void read_value(NcnnLayer& layer, std::string_view word) {
  const auto equals = word.find('=');
  if (equals == word.npos) reject(in_quotes(word) + " is not key=value");
  int key = number<int>(word.substr(0, equals));
  std::vector<double> values;
  for (const std::string_view part : split(word.substr(equals + 1), ",")) {
    values.push_back(number<double>(part));
  }
  if (key <= first_list) {
    key = first_list - key;
    if (values.empty() || values[0] != static_cast<double>(values.size() - 1)) {
      reject("the list of key " + std::to_string(key) + " has not the length it gives");
    }
    values.erase(values.begin());
    if (values.size() > longest_list) reject("the list of key " + std::to_string(key));
  } else if (values.size() != 1) {
    reject("key " + std::to_string(key) + " has " + std::to_string(values.size()) + " values");
  }
  if (key < 0 || key > 99) reject("key " + std::to_string(key));
  if (!layer.values.emplace(key, std::move(values)).second) {
    reject("has key " + std::to_string(key) + " twice");
  }
}

NcnnLayer read_layer(std::string_view line) {
  const auto words = split(line, " \t\r");
  if (words.size() < 4) reject(in_quotes(line) + " is no layer");
  NcnnLayer layer{std::string(words[0]), std::string(words[1]), {}, {}};
  const auto inputs = number<std::size_t>(words[2]), outputs = number<std::size_t>(words[3]);
  const std::size_t blobs = words.size() - 4;
  if (inputs > blobs || outputs > blobs - inputs) reject("ends within its blobs");
  auto word = words.begin() + 4;
  for (std::size_t i = 0; i < inputs; ++i) layer.inputs.emplace_back(*word++);
  for (std::size_t i = 0; i < outputs; ++i) layer.outputs.emplace_back(*word++);
  for (; word != words.end(); ++word) read_value(layer, *word);
  return layer;
}

}  // namespace

int NcnnLayer::integer(int key, int otherwise) const {
  if (!has(key)) return otherwise;
  const std::vector<double>& value = values.at(key);
  constexpr double most = std::numeric_limits<int>::max();
  if (value.size() != 1 || !(std::abs(value[0]) <= most) || value[0] != std::trunc(value[0])) {
    reject("key " + std::to_string(key) + " should be a whole number");
  }
  return static_cast<int>(value[0]);
}

float NcnnLayer::real(int key, float otherwise) const {
  if (!has(key)) return otherwise;
  const std::vector<double>& value = values.at(key);
  if (value.size() != 1) reject("key " + std::to_string(key) + " should be one number");
  return static_cast<float>(value[0]);
}

std::vector<double> NcnnLayer::list(int key) const {
  const auto found = values.find(key);
  return found == values.end() ? std::vector<double>{} : found->second;
}

std::vector<NcnnLayer> parse_ncnn_param(std::string_view text) {
  const auto lines = split(text, "\n");
  if (lines.empty() || split(lines[0], " \t\r") != std::vector{magic}) {
    reject("does not start with ncnn's number, " + std::string(magic));
  }
  if (lines.size() < 2) reject("ends behind its first line");
  std::vector<NcnnLayer> layers;
  within("line 2", [&] {
    const auto counts = split(lines[1], " \t\r");
    if (counts.size() != 2) reject("should count layers and blobs");
    const auto promised = number<std::size_t>(counts[0]);
    if (promised != lines.size() - 2 || promised == 0 || promised > most_layers) {
      reject("promises " + std::to_string(promised) + " layers; " +
             std::to_string(lines.size() - 2) + " lines follow");
    }
  });
  for (std::size_t i = 2; i < lines.size(); ++i) {
    within("line " + std::to_string(i + 1), [&] { layers.push_back(read_layer(lines[i])); });
  }
  return layers;
}

}  // namespace bench
