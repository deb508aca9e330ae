// draw_mini TASK --out FOLDER --seed N --images N [--split val|train]
#include <fmt/format.h>

#include <cstdio>
#include <map>

#include "datasets/mini/output.h"
#include "datasets/text.h"
#include "models/error.h"

namespace {

using namespace bench;

std::string usage() {
  std::string text =
      "usage: draw_mini TASK --out FOLDER --seed N --images N [--split val|train]\n"
      "Draws a small data set from random numbers into an empty folder. Tasks:\n";
  for (const auto& task : mini::tasks()) text += fmt::format("  {}\n", task.name);
  return text;
}

int number(const std::string& flag, const std::string& text, int least) {
  const auto value = to_int(text);
  if (!value || *value < least) {
    throw Error(Fault::usage, fmt::format("{} '{}' is not a number from {}", flag, text, least));
  }
  return *value;
}

mini::DrawOptions options_of(const std::vector<std::string>& arguments) {
  std::map<std::string, std::string> given = {{"--split", "val"}};
  for (std::size_t i = 1; i + 1 < arguments.size(); i += 2) given[arguments[i]] = arguments[i + 1];
  const bool whole = given.size() == 4 && given.contains("--out") && given.contains("--seed") &&
                     given.contains("--images");
  const std::string split = given["--split"];
  if (!whole || arguments.size() % 2 == 0 || (split != "val" && split != "train")) {
    throw Error(Fault::usage, usage());
  }
  return {given["--out"], static_cast<std::uint64_t>(number("--seed", given["--seed"], 0)),
          number("--images", given["--images"], 1), split == "train"};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.empty()) throw Error(Fault::usage, usage());
    for (const auto& line : mini::draw_task(arguments[0], options_of(arguments))) {
      fmt::print("{}\n", line);
    }
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "draw_mini: {}\n", error.what());
    return error.fault() == Fault::usage ? 2 : 6;
  }
}
