#include "reports/run_record.h"

#include "models/error.h"

namespace bench {
namespace {

constexpr std::int64_t version = 1;

// Both directions of a structure in one place: a field named here is written and read. `Out`
// appends to an object, `In` takes from one.
struct Out {
  JsonObject object;

  void text(const char* key, const std::string& v) { object.emplace_back(key, v); }
  void integer(const char* key, std::int64_t v) { object.emplace_back(key, v); }
  void number(const char* key, double v) { object.emplace_back(key, v); }
  void flag(const char* key, bool v) { object.emplace_back(key, v); }
  void json(const char* key, const Json& v) { object.emplace_back(key, v); }
  void texts(const char* key, const std::vector<std::string>& v) {
    object.emplace_back(key, JsonArray(v.begin(), v.end()));
  }
  void numbers(const char* key, const std::vector<double>& v) {
    object.emplace_back(key, JsonArray(v.begin(), v.end()));
  }
  void text_if_known(const char* key, const std::string& v) { text(key, v); }
  template <class T>
  void group(const char* key, T& v) {
    Out inner;
    fields(inner, v);
    object.emplace_back(key, std::move(inner.object));
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    JsonArray array;
    for (T& item : v) {
      Out inner;
      fields(inner, item);
      array.emplace_back(std::move(inner.object));
    }
    object.emplace_back(key, std::move(array));
  }
  void interval(const char* key, std::optional<Interval>& v) {
    if (v) {
      object.emplace_back(key, JsonArray{v->low, v->high});
    } else {
      object.emplace_back(key, nullptr);
    }
  }
};

struct In {
  JsonFields from;

  void text(const char* key, std::string& v) { v = from.text(key); }
  void integer(const char* key, std::int64_t& v) { v = from.integer(key); }
  void number(const char* key, double& v) { v = from.number(key); }
  void flag(const char* key, bool& v) { v = from.boolean(key); }
  void json(const char* key, Json& v) { v = from.json(key); }
  void texts(const char* key, std::vector<std::string>& v) { v = from.texts(key); }
  // Records of version 1 did not always have these.
  void numbers(const char* key, std::vector<double>& v) {
    if (from.has(key)) v = from.numbers_or_null(key).value_or(std::vector<double>());
  }
  void text_if_known(const char* key, std::string& v) { v = from.text_or(key, ""); }
  template <class T>
  void group(const char* key, T& v) {
    In inner{from.object(key)};
    fields(inner, v);
    inner.from.finish();
  }
  template <class T>
  void list(const char* key, std::vector<T>& v) {
    for (JsonFields& object : from.objects(key)) {
      In inner{std::move(object)};
      fields(inner, v.emplace_back());
      inner.from.finish();
    }
  }
  void interval(const char* key, std::optional<Interval>& v) {
    const auto ends = from.numbers_or_null(key);
    if (!ends) return;
    if (ends->size() != 2) from.fail(key, "expected two numbers");
    v = Interval{(*ends)[0], (*ends)[1]};
  }
};

template <class Io>
void fields(Io& io, FileHash& v) {
  io.text("path", v.path);
  io.integer("bytes", v.bytes);
  io.text("sha256", v.sha256);
}

template <class Io>
void fields(Io& io, PublishedFigure& v) {
  io.text("metric", v.metric);
  io.number("value", v.value);
  io.integer("images", v.images);
  io.text("source", v.source);
  io.text("note", v.note);
}

template <class Io>
void fields(Io& io, FailedImage& v) {
  io.text("id", v.id);
  io.text("fault", v.fault);
  io.text("message", v.message);
}

template <class Io>
void fields(Io& io, Metric& v) {
  io.text("name", v.name);
  io.number("value", v.value);
  io.interval("interval95", v.interval95);
  io.text("unit", v.unit);
  io.flag("headline", v.headline);
}

template <class Io>
void fields(Io& io, RunRecord::Model& v) {
  io.text("name", v.name);
  io.text("format", v.format);
  io.text("origin", v.origin);
  io.text("licence", v.licence);
  io.list("files", v.files);
  io.text("graph_digest", v.graph_digest);
}

template <class Io>
void fields(Io& io, RunRecord::Prepare& v) {
  io.text("name", v.name);
  io.text("hash", v.hash);
  io.text("about", v.about);
}

template <class Io>
void fields(Io& io, RunRecord::Layer& v) {
  io.text("node", v.node);
  io.text("op", v.op);
  io.text("implementation", v.implementation);
  io.text("layout", v.layout);
}

template <class Io>
void fields(Io& io, RunRecord::Island& v) {
  io.text("node", v.node);
  io.text("op", v.op);
  io.text("reason", v.reason);
}

template <class Io>
void fields(Io& io, RunRecord::Arithmetic& v) {
  io.text("name", v.name);
  io.text("library", v.library);
  io.text("isa", v.isa);
  io.text("engine_rule", v.engine_rule);
  io.integer("weight_bytes", v.weight_bytes);
  io.integer("activation_bytes", v.activation_bytes);
  io.list("layers", v.layers);
  io.list("float_islands", v.float_islands);
}

template <class Io>
void fields(Io& io, RunRecord::Pass& v) {
  io.text("pass", v.name);
  io.text("summary", v.summary);
}

template <class Io>
void fields(Io& io, RunRecord::Calibration& v) {
  io.text("data", v.data);
  io.integer("images", v.images);
  io.integer("seed", v.seed);
  io.text("digest", v.digest);
}

template <class Io>
void fields(Io& io, RunRecord::Quantization& v) {
  io.text("name", v.name);
  io.json("recipe", v.recipe);
  io.list("passes", v.passes);
  io.group("calibration", v.calibration);
  io.text("requantization", v.requantization);
  io.flag("integer_only", v.integer_only);
  io.text("binary_engine", v.binary_engine);
}

template <class Io>
void fields(Io& io, RunRecord::Data& v) {
  io.text("name", v.name);
  io.text("root", v.root);
  io.text("list", v.list);
  io.flag("drawn", v.drawn);
  io.text("annotations_digest", v.annotations_digest);
  io.text("images_digest", v.images_digest);
  io.integer("available", v.available);
  io.integer("limit", v.limit);
  io.integer("seed", v.seed);
  io.integer("listed", v.listed);
  io.integer("scored", v.scored);
  io.integer("skipped", v.skipped);
  io.integer("failed", v.failed);
}

template <class Io>
void fields(Io& io, RunRecord::Judge& v) {
  io.text("name", v.name);
  io.text("protocol", v.protocol);
  io.text("meaning", v.meaning);
  io.integer("bootstrap_replicates", v.bootstrap_replicates);
  io.integer("bootstrap_seed", v.bootstrap_seed);
}

template <class Io>
void fields(Io& io, Difference& v) {
  io.text("metric", v.metric);
  io.number("difference", v.value);
  io.interval("interval95", v.interval95);
}

template <class Io>
void fields(Io& io, RunRecord::Against& v) {
  io.text("name", v.name);
  io.integer("images", v.images);
  io.integer("changed", v.changed);
  io.integer("lost", v.lost);
  io.integer("gained", v.gained);
  io.list("differences", v.differences);
}

template <class Io>
void fields(Io& io, RunRecord::Size& v) {
  io.text("input", v.input);
  io.integer("parameters", v.parameters);
  io.integer("scalars", v.scalars);
  io.integer("macs", v.macs);
  io.integer("bytes_fp32", v.bytes_fp32);
  io.integer("bytes_stored", v.bytes_stored);
  io.integer("peak_activation_elements", v.peak_activation_elements);
}

template <class Io>
void fields(Io& io, RunRecord::Environment& v) {
  io.text("cpu", v.cpu);
  io.integer("cores", v.cores);
  io.text("os", v.os);
  io.text("compiler", v.compiler);
  io.text("build_type", v.build_type);
  io.text("program_version", v.program_version);
  io.text("commit", v.commit);
  io.text_if_known("machine", v.machine);
}

template <class Io>
void fields(Io& io, RunRecord::Speed& v) {
  io.integer("threads", v.threads);
  io.number("images_per_second", v.images_per_second);
  io.number("median_ms", v.median_ms);
  io.number("p90_ms", v.p90_ms);
}

template <class Io>
void fields(Io& io, RunRecord::OneThread& v) {
  io.integer("rounds", v.rounds);
  io.integer("images", v.images);
  io.number("median_ms", v.median_ms);
  io.number("images_per_second", v.images_per_second);
  io.numbers("round_ms", v.round_ms);
}

template <class Io>
void fields(Io& io, RunRecord& v) {
  io.text("suite", v.suite);
  io.text("name", v.name);
  io.text("status", v.status);
  io.text("error", v.error);
  io.text("command", v.command);
  io.text("started", v.started);
  io.text("finished", v.finished);
  io.group("model", v.model);
  io.group("prepare", v.prepare);
  io.text("decode", v.decode);
  io.group("backend", v.backend);
  io.group("quantization", v.quantization);
  io.group("data", v.data);
  io.group("evaluator", v.evaluator);
  io.list("metrics", v.metrics);
  io.list("published", v.published);
  io.group("against", v.against);
  io.texts("warnings", v.warnings);
  io.list("failures", v.failures);
  io.group("audit", v.audit);
  io.text("answers_digest", v.answers_digest);
  io.group("environment", v.environment);
  io.group("speed", v.speed);
  io.group("speed_one_thread", v.speed_one_thread);
}

RunRecord take(JsonFields from) {
  RunRecord record;
  In in{std::move(from)};
  fields(in, record);
  in.from.finish();
  return record;
}

}  // namespace

const PublishedFigure* published_for(const RunRecord& record, std::string_view metric) {
  for (const PublishedFigure& figure : record.published) {
    if (figure.metric == metric) return &figure;
  }
  return nullptr;
}

Json to_json(const RunRecord& record) {
  RunRecord copy = record;  // `fields` serves both directions and takes a reference
  Out out;
  fields(out, copy);
  return std::move(out.object);
}

RunRecord run_record_of(const Json& json, const std::string& file) {
  return take(JsonFields(json, file));
}

std::string to_result_file(const std::vector<RunRecord>& records,
                           const std::vector<Table>& documents) {
  JsonArray list, tables;
  for (const RunRecord& record : records) list.push_back(to_json(record));
  for (const Table& table : documents) tables.push_back(to_json(table));
  return to_text(JsonObject{
      {"version", version}, {"records", std::move(list)}, {"documents", std::move(tables)}});
}

std::vector<RunRecord> read_result_file(std::string_view text, const std::string& file) {
  const Json json = parse_json(text, file);
  JsonFields all(json, file);
  if (const std::int64_t found = all.integer("version"); found != version) {
    all.fail("version",
             "is " + std::to_string(found) + ", this program reads " + std::to_string(version));
  }
  std::vector<RunRecord> records;
  for (JsonFields& fields : all.objects("records")) records.push_back(take(std::move(fields)));
  if (all.has("documents")) all.json("documents");  // made of the records, not the other way
  all.finish();
  return records;
}

}  // namespace bench
