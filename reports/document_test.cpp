#include "reports/document.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>
#include <sstream>

#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

constexpr auto minimal = R"({"name": "d", "title": "D", "origin": "o", "tables": [
  {"caption": "c", "dataset": "imagenet", "images": 10,
   "columns": [{"heading": "net"}, {"heading": "top", "figures": ["top1"]}],
   "rows": [["VGG", {"printed": "0.7", "of": "vgg"}]], "notes": ["n"]}],
  "bindings": [{"about": "a", "cases": {"vgg": "vgg.float"}}]})";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST_CASE("A document as data") {
  const Document document = parse_document(minimal, "d.json");
  const DocumentTable& table = document.tables.at(0);
  CHECK(table.rows.at(0).at(0).text == "VGG");
  CHECK(table.rows[0].at(1).printed == "0.7");
  CHECK(table.rows[0][1].of == "vgg");
  CHECK(document.bindings.at(0).cases.at("vgg") == "vgg.float");
  const Document bare = parse_document(changed(minimal, R"("printed": "0.7", )", ""), "d.json");
  CHECK_FALSE(bare.tables[0].rows[0][1].printed.has_value());
}

TEST_CASE("A faulty document names file and key") {
  const auto fault = [](const std::string& from, const std::string& to) {
    try {
      parse_document(changed(minimal, from, to), "d.json");
    } catch (const Error& error) {
      CHECK(error.fault() == Fault::bad_data);
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(fault(R"("caption")", R"("captoin")").find("d.json: tables[0].caption: is missing") == 0);
  CHECK(fault(R"(["VGG", )", "[") == "d.json: tables[0].rows: expected lists of 2 cells");
  CHECK(fault(R"("of": "vgg")", R"("off": "vgg")").find("d.json: cell.off: unknown key") == 0);
  CHECK(fault(R"("of": "vgg")", R"("to": "vgg")") == "d.json: cell.of: is missing beside 'to'");
  CHECK(fault(R"({"vgg": "v)", R"({"vgg16": "v)") ==
        "d.json: bindings: no cell has the role 'vgg16'");
  CHECK(fault(R"({"vgg": "vgg.float"})", "{}") == "d.json: bindings: none has a case for 'vgg'");
  CHECK(fault(R"("images": 10)", R"("images": "10")").find("d.json: tables[0].images: ") == 0);
  CHECK(fault(R"("figures")", R"("decimals": 12, "figures")").find("expected 0 to 9") !=
        std::string::npos);
}

const Json* member(const Json& json, std::string_view key) {
  const auto* object = std::get_if<JsonObject>(&json.value);
  if (!object) return nullptr;
  const auto found = std::ranges::find(*object, key, &JsonObject::value_type::first);
  return found == object->end() ? nullptr : &found->second;
}

bool is_of_type(const Json& json, const std::string& type) {
  if (type == "object") return std::holds_alternative<JsonObject>(json.value);
  if (type == "array") return std::holds_alternative<JsonArray>(json.value);
  if (type == "string") return std::holds_alternative<std::string>(json.value);
  if (type == "boolean") return std::holds_alternative<bool>(json.value);
  const bool whole = std::holds_alternative<std::int64_t>(json.value);
  return whole || (type == "number" && std::holds_alternative<double>(json.value));
}

bool fits(const Json& schema, const Json& json);

bool fits_object(const Json& schema, const JsonObject& object) {
  const Json* required = member(schema, "required");
  for (const Json& key : required ? std::get<JsonArray>(required->value) : JsonArray()) {
    if (!member(object, std::get<std::string>(key.value))) return false;
  }
  const Json* properties = member(schema, "properties");
  const Json* others = member(schema, "additionalProperties");
  return std::ranges::all_of(object, [&](const auto& field) {
    const Json* known = properties ? member(*properties, field.first) : nullptr;
    if (known) return fits(*known, field.second);
    return others && std::holds_alternative<JsonObject>(others->value) &&
           fits(*others, field.second);
  });
}

// What our schema uses of JSON Schema.
bool fits(const Json& schema, const Json& json) {
  if (const Json* choices = member(schema, "anyOf")) {
    return std::ranges::any_of(std::get<JsonArray>(choices->value),
                               [&](const Json& choice) { return fits(choice, json); });
  }
  if (!is_of_type(json, std::get<std::string>(member(schema, "type")->value))) return false;
  if (const auto* object = std::get_if<JsonObject>(&json.value)) {
    return fits_object(schema, *object);
  }
  const auto* array = std::get_if<JsonArray>(&json.value);
  return !array || std::ranges::all_of(*array, [&](const Json& item) {
    return fits(*member(schema, "items"), item);
  });
}

TEST_CASE("The documents fit their published schema, and what is faulty does not") {
  const Json schema =
      parse_json(read(BENCH_SOURCE_DIR "/reports/document.schema.json"), "document.schema.json");
  for (const auto& file : fs::directory_iterator(BENCH_SOURCE_DIR "/reports/documents")) {
    INFO(file.path().string());
    CHECK(fits(schema, parse_json(read(file.path()), file.path().string())));
  }
  CHECK(fits(schema, parse_json(minimal, "d.json")));
  for (const auto& [from, to] :
       {std::pair(R"("caption")", R"("captoin")"),
        std::pair(R"("images": 10)", R"("images": "10")"),
        std::pair(R"("of": "vgg")", R"("off": "vgg")"), std::pair(R"("vgg.float")", "3")}) {
    INFO(to);
    CHECK_FALSE(fits(schema, parse_json(changed(minimal, from, to), "d.json")));
  }
}

// Our JSON by the number with which the document's file begins.
const std::map<std::string, std::string> texts = {{"dsfd", "000"},
                                                  {"n-bit-face", "001"},
                                                  {"tensorflow-int8", "002"},
                                                  {"one-bit-faster-rcnn", "003"},
                                                  {"dfq", "004"}};

// Nothing, and a line for ctest, where the documents are not here.
std::optional<std::string> text_of(const std::string& number) {
  const fs::path folder = BENCH_SOURCE_DIR "/../shared/documents";
  if (fs::is_directory(folder)) {
    for (const auto& file : fs::directory_iterator(folder)) {
      if (file.path().filename().string().starts_with(number)) return read(file.path());
    }
  }
  std::cout << "SKIPPED: documents not here: " << folder.string() << "\n";
  return std::nullopt;
}

// Without links and repeated blanks.
std::string plain(std::string text) {
  text = std::regex_replace(text, std::regex("\\]\\([^)]*\\)|https?://[^ \\]]*"), "");
  return std::regex_replace(text, std::regex("[ \\t]+"), " ");
}

// "42,748,434", "0.70786", "85" in the rows of tables.
std::set<std::string> numbers_in_tables(const std::string& text) {
  static const std::regex number("[0-9][0-9,.]*[0-9]|[0-9]");
  std::set<std::string> numbers;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find('|') == line.npos) continue;
    for (std::sregex_iterator it(line.begin(), line.end(), number), end; it != end; ++it) {
      numbers.insert(it->str());
    }
  }
  return numbers;
}

TEST_CASE("The documents' tables are printed figure by figure, all of them") {
  std::size_t checked = 0;
  for (const auto& [name, number] : texts) {
    INFO(name);
    const std::string file = BENCH_SOURCE_DIR "/reports/documents/" + name + ".json";
    const std::string json = read(file);
    const Document document = parse_document(json, file);
    CHECK(document.name == name);
    const auto text = text_of(number);
    if (!text) return;
    const std::string known = plain(*text);
    for (const DocumentTable& table : document.tables) {
      for (const auto& row : table.rows) {
        for (const DocumentCell& cell : row) {
          if (!cell.printed || cell.printed->empty()) continue;
          INFO(*cell.printed);
          CHECK(known.find(*cell.printed) != known.npos);
          ++checked;
        }
      }
    }
    for (const std::string& figure : numbers_in_tables(known)) {
      INFO(figure);
      CHECK(json.find(figure) != json.npos);
    }
  }
  CHECK(checked > 90);
}

}  // namespace
}  // namespace bench
