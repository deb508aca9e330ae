// A few lines: argv -> dispatch -> exit code.
#include <iostream>

#include "bench/commands/dispatch.h"

int main(int argc, char** argv) {
  return bench::dispatch({argv + 1, argv + argc}, std::cout, std::cerr);
}
