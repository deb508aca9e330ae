#include "bench/suite.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "bench/backend.h"
#include "bench/embedded.h"
#include "bench/files.h"
#include "bench/recipe_parts.h"
#include "models/json.h"
#include "models/registry.h"
#include "models/requantize.h"

namespace bench {
namespace {

// A name that is not known is the file's fault here, not the command line's.
template <class Make>
void check(const JsonFields& fields, const char* key, const Make& make) {
  try {
    make();
  } catch (const Error& error) {
    if (error.fault() != Fault::usage) throw;
    fields.fail(key, error.what());
  }
}

CalibrationChoice take_calibration(JsonFields fields) {
  CalibrationChoice choice;
  choice.images = fields.integer_or("images", choice.images);
  if (choice.images < 0) fields.fail("images", "expected 0 or more");
  choice.seed = fields.integer_or("seed", choice.seed);
  if (choice.seed < 0) fields.fail("seed", "expected 0 or more");
  choice.data = fields.text_or("data", "");
  choice.rule = fields.text_or("rule", "");
  if (!choice.rule.empty()) check(fields, "rule", [&] { calibration_rule(choice.rule); });
  fields.finish();
  return choice;
}

void take_options(JsonFields options, const std::string& file, Case& one) {
  one.prepare = options.text_or("prepare", "");
  one.decode = options.text_or("decode", "");
  if (options.has("quantize")) {
    const Json recipe = options.json("quantize");
    check(options, "quantize", [&] { one.recipe = recipe_of(recipe, file, "options.quantize"); });
  }
  one.requantization = options.text_or("requantization", "");
  if (!one.requantization.empty()) {
    check(options, "requantization",
          [&] { find(requantizations(), "requantization", one.requantization); });
  }
  one.integer_only = options.boolean_or("integer_only", false);
  one.binary_engine = options.text_or("binary_engine", "");
  if (!one.binary_engine.empty()) {
    check(options, "binary_engine",
          [&] { find(binary_engines(), "binary engine", one.binary_engine); });
  }
  if (options.has("calibration")) {
    one.calibration = take_calibration(options.object("calibration"));
  }
  options.finish();
}

Case take_case(JsonFields fields, const std::string& file) {
  Case one;
  one.model = fields.text("model");
  one.backend = fields.text("backend");
  if (fields.has("options")) take_options(fields.object("options"), file, one);
  fields.finish();
  return one;
}

// What one data set is judged by, and the cases on it.
void take_task(JsonFields& fields, const std::string& file, Suite& suite) {
  suite.dataset = fields.text("dataset");
  suite.data = fields.text_or("data", "");
  suite.list = fields.text_or("list", "");
  suite.limit = fields.integer_or("limit", 0);
  if (suite.limit < 0) fields.fail("limit", "expected 0 (all) or a number of images");
  suite.evaluator = fields.text("evaluator");
  suite.protocol = fields.text_or("protocol", "");
  suite.speed = fields.boolean_or("speed", false);
  for (JsonFields& one : fields.objects("cases")) {
    suite.cases.push_back(take_case(std::move(one), file));
  }
}

// Journals lie side by side under the names of their cases.
void check_names(const Suite& suite, const JsonFields& fields) {
  std::set<std::string> names;
  for (const Suite& part : parts_of(suite)) {
    for (const Case& one : part.cases) {
      if (names.insert(one.name()).second) continue;
      fields.fail(suite.parts.empty() ? "cases" : "parts", "holds " + one.name() + " twice");
    }
  }
}

}  // namespace

bool is_network_file(std::string_view model) {
  const auto ends = [&](std::string_view ending) { return model.ends_with(ending); };
  return model.find('/') != model.npos || ends(".onnx") || ends(".weights") || ends(".cfg") ||
         ends(".tflite") || ends(".param") || ends(".bin") || ends(".safetensors");
}

std::string Case::name() const {
  std::string text = is_network_file(model) ? std::filesystem::path(model).stem().string() : model;
  if (!prepare.empty()) text += "." + prepare;
  if (!recipe.empty()) text += "." + calibrated_recipe().name;
  if (!requantization.empty()) text += "." + requantization;
  if (!binary_engine.empty()) text += ".engine-" + binary_engine;
  return text + "." + backend;
}

Suite parse_suite(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields fields(json, file);
  Suite suite;
  suite.name = fields.text("name");
  suite.about = fields.text("about");
  suite.context = fields.text_or("context", "");
  suite.documents = fields.texts("documents");
  for (JsonFields& one : fields.objects("parts")) {
    Suite part;
    part.name = suite.name;
    part.about = suite.about;
    part.documents = suite.documents;
    take_task(one, file, part);
    one.finish();
    suite.parts.push_back(std::move(part));
  }
  if (suite.parts.empty()) take_task(fields, file, suite);
  fields.finish();
  check_names(suite, fields);
  return suite;
}

std::vector<Suite> parts_of(const Suite& suite) {
  return suite.parts.empty() ? std::vector<Suite>{suite} : suite.parts;
}

const std::vector<Suite>& suites() {
  static const std::vector<Suite> list = [] {
    std::vector<Suite> all;
    for (const EmbeddedFile& file : embedded_suites()) {
      all.push_back(parse_suite(file.text, std::string(file.path)));
    }
    std::sort(all.begin(), all.end(),
              [](const Suite& a, const Suite& b) { return a.name < b.name; });
    return all;
  }();
  return list;
}

Suite load_suite(const std::string& name_or_path) {
  const bool path = name_or_path.find('/') != name_or_path.npos ||
                    (name_or_path.size() > 5 && name_or_path.ends_with(".json"));
  return path ? parse_suite(read_file(name_or_path), name_or_path)
              : find(suites(), "suite", name_or_path);
}

}  // namespace bench
