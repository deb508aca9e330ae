#include "bench/commands/dispatch.h"

#include <filesystem>
#include <new>
#include <ostream>

#include "bench/commands/commands.h"
#include "models/error.h"

namespace bench {

int exit_code(Fault fault) {
  switch (fault) {
    case Fault::usage: return exit_usage;
    case Fault::missing: return exit_missing;
    case Fault::bad_data: return exit_bad_data;
    case Fault::unsupported: return exit_unsupported;
    case Fault::environment: return exit_environment;
  }
  return exit_bug;
}

int execute(const TextAnswer& answer, std::ostream& out, std::ostream&) {
  out << answer.text;
  return exit_ok;
}

int dispatch(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  const auto say = [&err](const std::string& what, int code) {
    err << "bench: " << what << std::endl;
    return code;
  };
  try {
    const Command command = parse_command(arguments);
    const int code = std::visit([&](const auto& one) { return execute(one, out, err); }, command);
    out.flush();
    if (!out) return say("the results could not be written to standard output", exit_environment);
    return code;
  } catch (const Error& error) {
    return say(error.what(), exit_code(error.fault()));
  } catch (const std::bad_alloc&) {
    return say("out of memory", exit_environment);
  } catch (const std::filesystem::filesystem_error& error) {
    return say(error.what(), exit_environment);
  } catch (const std::exception& error) {
    return say(std::string("this is a bug, please report it: ") + error.what(), exit_bug);
  }
}

}  // namespace bench
