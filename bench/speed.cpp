#include "bench/speed.h"

#include <algorithm>

#include "bench/onednn/thread_clock.h"
#include "evaluators/significance.h"

namespace bench {
namespace {

// One network with its own inputs.
class Runner {
 public:
  Runner(const Network& network, std::span<const EncodedImage> images)
      : session_(network.open_session()) {
    for (const EncodedImage& image : images) {
      for (Tensor& view : prepared_views(network.preparation(), image)) {
        inputs_.push_back(std::move(view));
      }
    }
  }
  // Of all inputs.
  double run_ms() {
    const double start = thread_seconds();
    for (const Tensor& input : inputs_) session_->run(input);
    return 1e3 * (thread_seconds() - start);
  }

 private:
  std::unique_ptr<Session> session_;
  std::vector<Tensor> inputs_;
};

}  // namespace

std::vector<RunRecord::OneThread> time_in_turn(std::span<const Network> networks,
                                               std::span<const EncodedImage> images, int rounds) {
  std::vector<Runner> runners;
  for (const Network& network : networks) runners.emplace_back(network, images);
  for (Runner& runner : runners) runner.run_ms();  // plans are made, caches filled
  std::vector<std::vector<double>> times(runners.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < runners.size(); ++i) {
      times[i].push_back(runners[i].run_ms() / static_cast<double>(images.size()));
    }
  }
  std::vector<RunRecord::OneThread> list;
  for (std::vector<double>& one : times) {
    const double ms = median_of(one);
    list.push_back({rounds, std::ssize(images), ms, 1000 / ms, std::move(one)});
  }
  return list;
}

}  // namespace bench
