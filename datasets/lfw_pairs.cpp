#include "datasets/lfw_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "datasets/text.h"
#include "models/error.h"

namespace bench {
namespace {

using Fields = std::vector<std::string_view>;

struct Header {
  int folds = 1, pairs = 0;
};

// One or two numbers and nothing else.
std::optional<Header> header_of(const Fields& fields) {
  const auto last = to_int(fields.back());
  if (!last || fields.size() > 2) return std::nullopt;
  if (fields.size() == 1) return Header{1, *last};
  const auto folds = to_int(fields[0]);
  return folds ? std::optional(Header{*folds, *last}) : std::nullopt;
}

std::string image_of(const std::filesystem::path& path, const Line& line, std::string_view name,
                     std::string_view number) {
  const auto index = to_int(number);
  if (!index || *index < 1 || *index > 99999) {
    refuse_line(path, line, fmt::format("'{}' is not the number of an image", number));
  }
  if (name.find_first_of("/\\") != std::string_view::npos || name.starts_with('.')) {
    refuse_line(path, line, fmt::format("'{}' is not the name of a person", name));
  }
  return fmt::format("{0}/{0}_{1:04}", name, *index);
}

LfwPair pair_of(const std::filesystem::path& path, const Line& line) {
  const auto f = fields_of(line.text);
  if (f.size() != 3 && f.size() != 4) {
    refuse_line(path, line, "expected 'name i j' or 'name1 i name2 j'");
  }
  LfwPair pair;
  pair.same = f.size() == 3;
  if (!pair.same && f[0] == f[2])
    refuse_line(path, line, "a different pair of one and the same name");
  pair.first = image_of(path, line, f[0], f[1]);
  pair.second = image_of(path, line, pair.same ? f[0] : f[2], f.back());
  return pair;
}

}  // namespace

std::vector<LfwPair> read_lfw_pairs(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  auto lines = lines_of(text);
  if (lines.empty()) throw Error(Fault::bad_data, path.string() + " is empty");
  const auto header = header_of(fields_of(lines[0].text));
  const Line first = lines[0];
  if (header) {
    if (header->folds < 1 || header->pairs < 1)
      refuse_line(path, first, "expected positive counts");
    lines.erase(lines.begin());
    const double promised = 2.0 * header->folds * header->pairs;
    if (static_cast<double>(lines.size()) != promised) {
      refuse_line(path, first,
                  fmt::format("this means {} pairs (2 x {} x {}), there are {}", promised,
                              header->folds, header->pairs, lines.size()));
    }
  }
  std::vector<LfwPair> pairs;
  for (const Line& line : lines) {
    pairs.push_back(pair_of(path, line));
    if (header) pairs.back().fold = static_cast<int>(pairs.size() - 1) / (2 * header->pairs);
  }
  return pairs;
}

bool looks_like_pairs(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  const auto lines = lines_of(text);
  if (lines.empty()) return false;
  const auto fields = fields_of(lines[0].text);
  return header_of(fields) || fields.size() == 3 || fields.size() == 4;
}

}  // namespace bench
