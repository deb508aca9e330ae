#pragma once
// The one exception type of the project. Library code throws it where a fault is known; it is
// caught in two places only: per case in the runner, and in main, which turns it into an exit code.

#include <stdexcept>
#include <string>

namespace bench {

/// What kind of thing went wrong; each kind has its own exit code (see `bench --help`).
enum class Fault {
  usage,        ///< a wrong flag, name or combination                              exit 2
  missing,      ///< data, weights or a file that should be there is not            exit 3
  bad_data,     ///< a file is there but damaged, hostile or inconsistent           exit 4
  unsupported,  ///< well-formed, but beyond what this program or backend can do    exit 5
  environment,  ///< disk full, out of memory, no permission                        exit 6
};

/// One sentence that names the thing, the place (file, field, line, node) and what to do about it.
class Error : public std::runtime_error {
 public:
  Error(Fault fault, const std::string& message) : std::runtime_error(message), fault_(fault) {}
  Fault fault() const { return fault_; }

 private:
  Fault fault_;
};

}  // namespace bench
