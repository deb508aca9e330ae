#include "bench/model_card.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "bench/bundled.h"
#include "bench/embedded.h"
#include "models/registry.h"
#include "models/requantize.h"
#include "models/sha256.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int depth_limit = 4;

PublishedFigure take_published(JsonFields fields) {
  PublishedFigure figure;
  figure.metric = fields.text("metric");
  figure.value = fields.number("value");
  figure.images = fields.integer_or("images", 0);
  figure.source = fields.text("source");
  figure.note = fields.text_or("note", "");
  fields.finish();
  return figure;
}

Shape take_input(JsonFields& fields) {
  Shape shape = fields.integers("input");
  const bool usable = shape.size() == 4 && std::all_of(shape.begin(), shape.end(), [](auto size) {
                        return size >= 1 && size <= 65536;
                      });
  if (!usable) fields.fail("input", "expected [batch, channels, height, width], 1 to 65536 each");
  return shape;
}

void check_hash(const JsonFields& fields, const std::string& hash) {
  const bool hex = hash.find_first_not_of("0123456789abcdef") == hash.npos;
  if (hash.size() != 64 || !hex) fields.fail("sha256", "expected 64 hexadecimal digits");
}

ModelCard::Training take_training(JsonFields fields) {
  ModelCard::Training training;
  training.recipe = fields.text("recipe");
  training.seed = fields.integer("seed");
  training.steps = fields.integer("steps");
  training.device = fields.text_or("device", training.device);
  training.command = fields.text("command");
  training.commit = fields.text("commit");
  training.data = fields.text("data");
  training.metric = fields.text_or("metric", "");
  if (!training.metric.empty()) {
    training.value = fields.number("value");
    training.judged_on = fields.text("judged_on");
  }
  fields.finish();
  return training;
}

JsonObject to_json(const PublishedFigure& figure) {
  JsonObject object{{"metric", figure.metric}, {"value", figure.value}};
  if (figure.images > 0) object.emplace_back("images", figure.images);
  object.emplace_back("source", figure.source);
  if (!figure.note.empty()) object.emplace_back("note", figure.note);
  return object;
}

JsonObject to_json(const ModelCard::Training& training) {
  JsonObject object{{"recipe", training.recipe},   {"seed", training.seed},
                    {"steps", training.steps},     {"device", training.device},
                    {"command", training.command}, {"commit", training.commit},
                    {"data", training.data}};
  if (training.metric.empty()) return object;
  object.emplace_back("metric", training.metric);
  object.emplace_back("value", training.value);
  object.emplace_back("judged_on", training.judged_on);
  return object;
}

// Every file called `name` below `folder`, in a fixed order. Folders that cannot be read are passed
// over: the search is a convenience.
void collect(const fs::path& folder, const std::string& name, int depth,
             std::vector<fs::path>& found) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      folders.push_back(it->path());
    } else if (it->path().filename() == name) {
      found.push_back(it->path());
    }
  }
  std::sort(folders.begin(), folders.end());
  if (depth == depth_limit) return;
  for (const fs::path& inner : folders) collect(inner, name, depth + 1, found);
}

}  // namespace

ModelCard parse_model_card(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields fields(json, file);
  ModelCard card;
  card.name = fields.text("name");
  card.about = fields.text("about");
  card.task = fields.text("task");
  card.weights = fields.text("weights");
  card.sha256 = fields.text("sha256");
  check_hash(fields, card.sha256);
  card.origin = fields.text("origin");
  card.licence = fields.text("licence");
  card.prepare = fields.text("prepare");
  card.decode = fields.text("decode");
  card.output = fields.text_or("output", "");
  card.requantization = fields.text_or("requantization", "");
  if (!card.requantization.empty()) {
    find(requantizations(), "requantization", card.requantization);
  }
  card.input = take_input(fields);
  for (JsonFields& figure : fields.objects("published")) {
    card.published.push_back(take_published(std::move(figure)));
  }
  card.drawn = fields.boolean_or("drawn", false);
  if (fields.has("training")) card.training = take_training(fields.object("training"));
  fields.finish();
  return card;
}

Json to_json(const ModelCard& card) {
  JsonObject object;
  const auto text = [&object](const char* key, const std::string& value, bool optional = false) {
    if (!optional || !value.empty()) object.emplace_back(key, value);
  };
  text("name", card.name);
  text("about", card.about);
  text("task", card.task);
  text("weights", card.weights);
  text("sha256", card.sha256);
  text("origin", card.origin);
  text("licence", card.licence);
  text("prepare", card.prepare);
  text("decode", card.decode);
  text("output", card.output, true);
  text("requantization", card.requantization, true);
  object.emplace_back("input", JsonArray(card.input.begin(), card.input.end()));
  JsonArray published;
  for (const PublishedFigure& figure : card.published) published.emplace_back(to_json(figure));
  if (!published.empty()) object.emplace_back("published", std::move(published));
  if (card.drawn) object.emplace_back("drawn", true);
  if (card.training) object.emplace_back("training", to_json(*card.training));
  return object;
}

const std::vector<ModelCard>& model_cards() {
  static const std::vector<ModelCard> cards = [] {
    std::vector<ModelCard> list;
    for (const EmbeddedFile& file : embedded_model_cards()) {
      list.push_back(parse_model_card(file.text, std::string(file.path)));
    }
    std::sort(list.begin(), list.end(),
              [](const ModelCard& a, const ModelCard& b) { return a.name < b.name; });
    return list;
  }();
  return cards;
}

const ModelCard& find_model_card(std::string_view name) {
  return find(model_cards(), "model", name);
}

FoundWeights find_weights(const ModelCard& card, const WeightsPlaces& places) {
  std::error_code ignored;
  if (fs::is_regular_file(places.given, ignored)) return {places.given, true};
  std::vector<std::string> folders = places.folders;
  if (!places.given.empty()) {
    if (!fs::is_directory(places.given, ignored)) {
      throw Error(Fault::missing, "--weights " + places.given + ": no such file or folder");
    }
    folders.insert(folders.begin(), places.given);
  }
  std::vector<fs::path> found;
  for (const std::string& folder : folders) collect(folder, card.weights, 1, found);
  std::string other;
  for (const fs::path& path : found) {
    const std::string hash = sha256_of_file(path);
    if (hash == card.sha256) return {path, false};
    if (other.empty()) {
      other = path.string() + ": sha256 is " + hash + ", the card of '" + card.name + "' says " +
              card.sha256 + "; give the file itself with --weights to use it all the same";
    }
  }
  if (!other.empty()) throw Error(Fault::bad_data, other);
  std::string looked;
  for (const std::string& folder : folders) looked += " " + folder;
  throw Error(Fault::missing,
              "model '" + card.name + "': no file " + card.weights +
                  (looked.empty() ? "" : " below" + looked) +
                  "; give it with --weights or $BENCH_WEIGHTS (origin: " + card.origin + ")");
}

WeightsPlaces weights_places(const std::string& given, const std::string& data) {
  WeightsPlaces places;
  places.given = given;
  const char* variable = std::getenv("BENCH_WEIGHTS");
  std::string rest = variable ? variable : "";
  while (!rest.empty()) {
    const std::string folder = rest.substr(0, rest.find(':'));
    rest.erase(0, folder.size() + 1);
    if (!folder.empty()) places.folders.push_back(folder);
  }
  if (!data.empty()) places.folders.push_back(data);
  if (const auto mini = find_bundled("models/mini")) places.folders.push_back(*mini);
  return places;
}

}  // namespace bench
