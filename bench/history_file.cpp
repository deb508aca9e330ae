#include "bench/history_file.h"

#include <cmath>

#include "bench/sqlite.h"
#include "models/error.h"
#include "models/json.h"

namespace bench {
namespace {

// Kept in the file's header: "QbHi", and how the tables are laid out.
constexpr std::int64_t application = 0x51624869, layout = 1;

constexpr auto schema = R"(
CREATE TABLE run(
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE);
CREATE TABLE case_(
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  suite TEXT NOT NULL, data TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  started TEXT NOT NULL, finished TEXT NOT NULL, answers TEXT NOT NULL,
  drawn INTEGER NOT NULL, whole INTEGER NOT NULL, manifest TEXT NOT NULL,
  UNIQUE(run, position));
CREATE INDEX case_by_suite ON case_(suite, data, name);
CREATE TABLE figure(
  case_ INTEGER NOT NULL REFERENCES case_(id) ON DELETE CASCADE,
  metric TEXT NOT NULL, unit TEXT NOT NULL,
  value REAL, low REAL, high REAL,
  PRIMARY KEY(case_, metric)) WITHOUT ROWID;
)";

std::int64_t number_of(SqliteFile& file, const std::string& sql) {
  SqliteStatement statement(file, sql);
  return statement.step() ? statement.integer(0) : 0;
}

// Whether there is a history in the file; not in an empty one. Throws for anything else.
bool is_history(SqliteFile& file) {
  const std::int64_t found = number_of(file, "PRAGMA application_id");
  if (found == 0 && number_of(file, "SELECT count(*) FROM sqlite_schema") == 0) return false;
  if (found != application) {
    throw Error(Fault::bad_data,
                file.path() + ": is a database of another program; give another name");
  }
  const std::int64_t version = number_of(file, "PRAGMA user_version");
  if (version != layout) {
    throw Error(Fault::unsupported,
                file.path() + ": has layout " + std::to_string(version) + ", this program knows " +
                    std::to_string(layout) +
                    "; use the program that wrote it, or make it anew from the run folders");
  }
  return true;
}

void make_tables(SqliteFile& file) {
  SqliteTransaction transaction(file);
  if (is_history(file)) return;  // another program was faster
  file.execute(schema);
  file.execute("PRAGMA application_id = " + std::to_string(application));
  file.execute("PRAGMA user_version = " + std::to_string(layout));
  transaction.commit();
}

std::string to_text_of(const std::vector<ManifestField>& manifest) {
  JsonObject fields;
  for (const ManifestField& one : manifest) fields.emplace_back(one.field, one.text);
  return to_text(std::move(fields));
}

std::vector<ManifestField> manifest_of_text(const std::string& text, const std::string& file) {
  const Json json = parse_json(text, file);
  const auto* fields = std::get_if<JsonObject>(&json.value);
  std::vector<ManifestField> manifest;
  for (const auto& [field, value] : fields ? *fields : JsonObject()) {
    const auto* words = std::get_if<std::string>(&value.value);
    if (!words) throw Error(Fault::bad_data, file + ": manifest: " + field + ": expected text");
    manifest.push_back({field, *words});
  }
  return manifest;
}

class Writer {
 public:
  explicit Writer(SqliteFile& file)
      : run_(file, "INSERT INTO run(key) VALUES(?) ON CONFLICT DO NOTHING RETURNING id"),
        case_(file,
              "INSERT INTO case_(run, position, suite, data, name, status, started, finished, "
              "answers, drawn, whole, manifest) VALUES(?,?,?,?,?,?,?,?,?,?,?,?) RETURNING id"),
        figure_(file,
                "INSERT INTO figure(case_, metric, unit, value, low, high) VALUES(?,?,?,?,?,?) "
                "ON CONFLICT DO NOTHING") {}

  bool add(const std::string& key, const std::vector<RunRecord>& records) {
    run_.bind(1, key);
    if (!run_.step()) return false;
    const std::int64_t run = run_.integer(0);
    run_.run();
    std::int64_t position = 0;
    for (const RunRecord& record : records) {
      const std::int64_t id = add_case(run, position++, history_case(record, key));
      for (const Metric& figure : history_figures(record)) add_figure(id, figure);
    }
    return true;
  }

 private:
  std::int64_t add_case(std::int64_t run, std::int64_t position, const HistoryCase& one) {
    case_.bind(1, run).bind(2, position).bind(3, one.suite).bind(4, one.data).bind(5, one.name);
    case_.bind(6, one.status).bind(7, one.started).bind(8, one.finished).bind(9, one.answers);
    case_.bind(10, std::int64_t{one.drawn}).bind(11, std::int64_t{one.whole});
    case_.bind(12, to_text_of(one.manifest));
    case_.step();
    const std::int64_t id = case_.integer(0);
    case_.run();
    return id;
  }

  void add_figure(std::int64_t id, const Metric& figure) {
    const Interval none{RunRecord::nan, RunRecord::nan};
    const Interval range = figure.interval95.value_or(none);
    figure_.bind(1, id).bind(2, figure.name).bind(3, figure.unit).bind(4, figure.value);
    figure_.bind(5, range.low).bind(6, range.high);
    figure_.run();
  }

  SqliteStatement run_, case_, figure_;
};

std::vector<std::string> texts(SqliteStatement& statement) {
  std::vector<std::string> list;
  while (statement.step()) list.push_back(statement.text(0));
  return list;
}

}  // namespace

HistoryFile::HistoryFile(const std::string& path, Access access, int busy_ms)
    : file_(std::make_unique<SqliteFile>(
          path, access == Access::read ? SqliteFile::Access::read : SqliteFile::Access::write,
          busy_ms)) {
  if (is_history(*file_)) return;
  if (access == Access::read) {
    throw Error(Fault::bad_data, path + ": is empty; record runs with bench record RUN --to FILE");
  }
  make_tables(*file_);
}

HistoryFile::~HistoryFile() = default;

bool HistoryFile::add(const std::string& key, const std::vector<RunRecord>& records) {
  SqliteTransaction transaction(*file_);
  if (!Writer(*file_).add(key, records)) return false;
  transaction.commit();
  return true;
}

std::vector<std::string> HistoryFile::suites() {
  SqliteStatement statement(*file_, "SELECT DISTINCT suite FROM case_ ORDER BY suite");
  return texts(statement);
}

std::vector<std::string> HistoryFile::metrics(const std::string& suite) {
  SqliteStatement statement(*file_,
                            "SELECT DISTINCT metric FROM figure JOIN case_ ON case_.id = case_ "
                            "WHERE suite = ? ORDER BY metric");
  statement.bind(1, suite);
  return texts(statement);
}

std::vector<HistoryPoint> HistoryFile::points(const std::string& suite, const std::string& metric) {
  SqliteStatement statement(
      *file_,
      "SELECT key, data, name, status, started, finished, answers, drawn, whole, manifest, "
      "       unit, value, low, high "
      "FROM case_ JOIN run ON run.id = run "
      "LEFT JOIN figure ON case_ = case_.id AND metric = ?2 "
      "WHERE suite = ?1 AND (metric IS NOT NULL OR (NOT whole AND (data, name) IN "
      "  (SELECT data, name FROM case_ JOIN figure ON case_ = case_.id "
      "   WHERE suite = ?1 AND metric = ?2))) "
      "ORDER BY key, position");
  statement.bind(1, suite).bind(2, metric);
  std::vector<HistoryPoint> points;
  while (statement.step()) {
    HistoryPoint& point = points.emplace_back();
    int next = 0;
    HistoryCase& one = point.of;
    one.suite = suite;
    for (std::string* text :
         {&one.run, &one.data, &one.name, &one.status, &one.started, &one.finished, &one.answers}) {
      *text = statement.text(next++);
    }
    one.drawn = statement.integer(next++) != 0;
    one.whole = statement.integer(next++) != 0;
    one.manifest = manifest_of_text(statement.text(next++), file_->path());
    point.figure.name = metric;
    point.figure.unit = statement.text(next++);
    point.figure.value = statement.number(next++);
    const Interval range{statement.number(next), statement.number(next + 1)};
    if (!std::isnan(range.low) && !std::isnan(range.high)) point.figure.interval95 = range;
  }
  return points;
}

}  // namespace bench
