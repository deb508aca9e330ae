#include "bench/suite.h"

#include <algorithm>
#include <filesystem>

#include "bench/embedded.h"
#include "bench/files.h"
#include "models/registry.h"
#include "reports/json.h"

namespace bench {
namespace {

Case take_case(JsonFields fields) {
  Case one;
  one.model = fields.text("model");
  one.backend = fields.text("backend");
  if (fields.has("options")) {
    JsonFields options = fields.object("options");
    one.prepare = options.text_or("prepare", "");
    one.decode = options.text_or("decode", "");
    options.finish();
  }
  fields.finish();
  return one;
}

}  // namespace

bool is_network_file(std::string_view model) {
  return model.find('/') != model.npos || model.ends_with(".onnx") || model.ends_with(".weights") ||
         model.ends_with(".cfg");
}

std::string Case::name() const {
  std::string text = is_network_file(model) ? std::filesystem::path(model).stem().string() : model;
  if (!prepare.empty()) text += "." + prepare;
  return text + "." + backend;
}

Suite parse_suite(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields fields(json, file);
  Suite suite;
  suite.name = fields.text("name");
  suite.about = fields.text("about");
  suite.dataset = fields.text("dataset");
  suite.list = fields.text_or("list", "");
  suite.limit = fields.integer_or("limit", 0);
  if (suite.limit < 0) fields.fail("limit", "expected 0 (all) or a number of images");
  suite.evaluator = fields.text("evaluator");
  suite.protocol = fields.text_or("protocol", "");
  suite.context = fields.text_or("context", "");
  for (JsonFields& one : fields.objects("cases")) {
    suite.cases.push_back(take_case(one));
    const Case& last = suite.cases.back();
    if (std::count(suite.cases.begin(), suite.cases.end(), last) > 1) {
      fields.fail("cases", "holds " + last.name() + " twice");
    }
  }
  fields.finish();
  return suite;
}

const std::vector<Suite>& suites() {
  static const std::vector<Suite> list = [] {
    std::vector<Suite> all;
    for (const EmbeddedFile& file : embedded_suites()) {
      all.push_back(parse_suite(file.text, "bench/suites/" + std::string(file.name) + ".json"));
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
