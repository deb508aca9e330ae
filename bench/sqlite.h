#pragma once
// SQLite as far as it is needed here: a file, statements prepared once, faults as Errors that name
// the file and say what to do.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bench {

class SqliteFile {
 public:
  enum class Access { read, write };

  /// Another program that writes is waited for, `busy_ms` at most. Throws Error{missing} if there
  /// is no file to read, Error{bad_data} for a folder.
  SqliteFile(const std::string& path, Access access, int busy_ms);

  const std::string& path() const { return path_; }

  /// Statements without results. Throws as SqliteStatement.
  void execute(const std::string& sql);

  /// Throws the Error for what SQLite said last: bad_data for what is no database or damaged,
  /// environment for full disks, locks and permissions.
  [[noreturn]] void fail(int code) const;

 private:
  friend class SqliteStatement;
  struct Close {
    void operator()(sqlite3* file) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> file_;
};

/// Whatever happens before commit() leaves the file as it was.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteFile& file);  ///< for writing
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void commit();

 private:
  SqliteFile& file_;
  bool open_ = true;
};

/// Values are bound, never written into the SQL. Parameters count from 1, columns from 0.
class SqliteStatement {
 public:
  SqliteStatement(SqliteFile& file, const std::string& sql);

  SqliteStatement& bind(int parameter, std::string_view value);
  SqliteStatement& bind(int parameter, std::int64_t value);
  SqliteStatement& bind(int parameter, double value);  ///< NaN as NULL

  /// Whether there is a row. Throws as SqliteFile::fail().
  bool step();
  /// Steps to the end, ready to be bound anew; gives how many rows were written.
  std::int64_t run();

  std::string text(int column) const;  ///< empty for NULL
  std::int64_t integer(int column) const;
  double number(int column) const;  ///< NaN for NULL
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  const SqliteFile& file_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace bench
