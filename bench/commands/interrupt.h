#pragma once

#include <atomic>

namespace bench {

/// While one lives, the first SIGINT or SIGTERM only raises the flag; a second one ends the program
/// as usual. A file grown over the allowed size is an error instead of a signal.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  const std::atomic<bool>& flag() const;
};

}  // namespace bench
