#include "bench/sqlite.h"

#include <sqlite3.h>

#include <filesystem>
#include <limits>
#include <new>

#include "models/error.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

struct Meaning {
  int code;
  Fault fault;
  const char* text;
};

constexpr Meaning meanings[] = {  // the first that fits; some codes are more exact than others
    {SQLITE_READONLY_ROLLBACK, Fault::environment,
     "a recording was interrupted and has to be undone first: record any run to it again"},
    {SQLITE_NOTADB, Fault::bad_data, "is not a history file; give another name"},
    {SQLITE_CORRUPT, Fault::bad_data,
     "is damaged; make it anew from the run folders (bench record)"},
    {SQLITE_FULL, Fault::environment, "the disk is full; the file is as it was"},
    {SQLITE_BUSY, Fault::environment, "another program is writing to it; try again later"},
    {SQLITE_LOCKED, Fault::environment, "another program is writing to it; try again later"},
    {SQLITE_READONLY, Fault::environment, "cannot be written: no permission"},
    {SQLITE_PERM, Fault::environment, "cannot be written: no permission"},
    {SQLITE_CANTOPEN, Fault::environment, "cannot be opened: no permission, or no such folder"},
    {SQLITE_IOERR, Fault::environment, "cannot be read or written; is the disk full?"}};

// Where a name would be taken for something else (":memory:"), a path is not.
std::string as_path(const std::string& path) { return fs::absolute(path).string(); }

void check_there(const std::string& path, SqliteFile::Access access) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    throw Error(Fault::bad_data, path + ": is a folder; give the name of a file");
  }
  if (access == SqliteFile::Access::read && !fs::exists(status)) {
    throw Error(Fault::missing, path + ": is not there; make it with bench record RUN --to FILE");
  }
}

}  // namespace

void SqliteFile::Close::operator()(sqlite3* file) const { sqlite3_close_v2(file); }

SqliteFile::SqliteFile(const std::string& path, Access access, int busy_ms) : path_(path) {
  check_there(path, access);
  const int flags =
      access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* file = nullptr;
  const int code = sqlite3_open_v2(as_path(path).c_str(), &file, flags, nullptr);
  file_.reset(file);
  if (!file) throw Error(Fault::environment, path + ": out of memory");
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(file, 1);
  sqlite3_busy_timeout(file, busy_ms);
  // A file may be a stranger's: nothing in its schema runs functions on our behalf.
  sqlite3_db_config(file, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(file, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(file, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  // Opened for writing, but only readable: say so now, not when all is prepared.
  if (access == Access::write && sqlite3_db_readonly(file, "main") == 1) fail(SQLITE_READONLY);
}

void SqliteFile::fail(int code) const {
  if ((code & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
  for (const Meaning& one : meanings) {
    if (one.code == code || one.code == (code & 0xFF)) {
      throw Error(one.fault, path_ + ": " + one.text);
    }
  }
  throw Error(Fault::bad_data,
              path_ + ": is not a history file as bench writes it: " + sqlite3_errmsg(file_.get()));
}

void SqliteFile::execute(const std::string& sql) {
  const int code = sqlite3_exec(file_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

SqliteTransaction::SqliteTransaction(SqliteFile& file) : file_(file) {
  file_.execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  if (!open_) return;
  try {
    file_.execute("ROLLBACK");
  } catch (const Error&) {  // a full disk has rolled it back already
  }
}

void SqliteTransaction::commit() {
  file_.execute("COMMIT");
  open_ = false;
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(SqliteFile& file, const std::string& sql) : file_(file) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(file.file_.get(), sql.c_str(), -1, &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) file.fail(code);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view value) {
  // A view of nothing would be NULL.
  const char* data = value.data() ? value.data() : "";
  const int code = sqlite3_bind_text64(statement_.get(), parameter, data, value.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) file_.fail(code);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (code != SQLITE_OK) file_.fail(code);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, double value) {
  const int code = sqlite3_bind_double(statement_.get(), parameter, value);
  if (code != SQLITE_OK) file_.fail(code);
  return *this;
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) file_.fail(code);
  return false;
}

std::int64_t SqliteStatement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_.get());
  return sqlite3_changes64(sqlite3_db_handle(statement_.get()));
}

std::string SqliteStatement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  if (!data) return "";
  return std::string(reinterpret_cast<const char*>(data), size);
}

std::int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqliteStatement::number(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(statement_.get(), column);
}

bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

}  // namespace bench
