#pragma once
// The clock layers are timed by: CPU time, which goes on only while this thread runs, so that what
// else the machine does is not in it. Reading it costs less than a microsecond.

#include <ctime>

namespace bench {

/// Seconds of CPU time this thread has used.
inline double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace bench
