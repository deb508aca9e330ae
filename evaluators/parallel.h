#pragma once
// A loop on all cores, for bodies that know nothing of each other.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

/// body(k) for every k below `n`, in no order; a body goes through `items` items. Threads are
/// started only for as many as take longer than that does. REQUIRES bodies that throw nothing.
template <class Body>
void for_each_index(int n, std::size_t items, const Body& body) {
  constexpr std::size_t worth_a_thread = 20000;
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int k = next++; k < n; k = next++) body(k);
  };
  std::vector<std::thread> threads;
  const std::size_t worth = static_cast<std::size_t>(n) * items / worth_a_thread;
  const std::size_t most = std::min<std::size_t>(std::thread::hardware_concurrency(), worth);
  for (std::size_t i = 1; i < most && std::cmp_less(i, n); ++i) {
    threads.emplace_back(work);
  }
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace bench
