#include "bench/profile.h"

#include <sys/resource.h>

#include <cmath>
#include <limits>
#include <memory>

#include "bench/machine.h"
#include "bench/onednn/thread_clock.h"

namespace bench {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::int64_t preemptions_so_far() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

// A contestant ready to run, and what was measured of it.
class Runner {
 public:
  Runner(Contestant contestant, const Tensor& input)
      : name_(std::move(contestant.name)),
        program_(contestant.backend.compile(contestant.make_graph(), contestant.compile)),
        session_(program_->open_session()),
        input_(input) {}

  void run() {
    const std::int64_t before = preemptions_so_far();
    const double start = thread_seconds();
    session_->run(input_);
    whole_.push_back(thread_seconds() - start);
    preemptions_ += preemptions_so_far() - before;
  }

  void run_layers() {
    const std::int64_t before = preemptions_so_far();
    const std::vector<double> seconds = session_->time_layers(input_);
    preemptions_ += preemptions_so_far() - before;
    layers_.resize(seconds.size());
    for (std::size_t i = 0; i < seconds.size(); ++i) layers_[i].push_back(seconds[i]);
  }

  void forget() {
    whole_.clear();
    layers_.clear();
    preemptions_ = 0;
  }

  ProfiledCase result() const {
    ProfiledCase one;
    ProgramFacts facts = program_->facts(input_.shape());
    one.name = name_;
    one.library = std::move(facts.library);
    one.isa = std::move(facts.isa);
    one.engine_rule = std::move(facts.engine_rule);
    one.weight_bytes = facts.weight_bytes;
    one.activation_bytes = facts.activation_bytes;
    for (std::size_t i = 0; i < facts.layers.size(); ++i) {
      one.layers.push_back(
          {std::move(facts.layers[i]), layers_.empty() ? unknown : 1e3 * median(layers_.at(i))});
    }
    one.whole_ms = 1e3 * median(whole_);
    one.preemptions = preemptions_;
    return one;
  }

 private:
  std::string name_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Session> session_;
  const Tensor& input_;
  std::vector<double> whole_;
  std::vector<std::vector<double>> layers_;  // of each, in every round
  std::int64_t preemptions_ = 0;
};

Peaks measure_peaks() { return {measure_fma_peak(), measure_dot_peak(), measure_xnor_peak()}; }

}  // namespace

double ProfiledLayer::gops() const {
  return fact.macs > 0 ? 2e-6 * static_cast<double>(fact.macs) / ms : unknown;
}

double ProfiledCase::layers_ms() const {
  double sum = 0;
  for (const ProfiledLayer& layer : layers) sum += layer.ms;
  return sum;
}

double ProfiledCase::part_ms(Part part) const {
  double sum = 0;
  for (const ProfiledLayer& layer : layers) sum += layer.fact.part == part ? layer.ms : 0;
  return sum;
}

const Peak& Profile::peak_for(Products products) const {
  switch (products) {
    case Products::bytes: return peaks.bytes;
    case Products::bits: return peaks.bits;
    case Products::floats: break;
  }
  return peaks.floats;
}

double Profile::share_of_peak(const ProfiledLayer& layer) const {
  const double peak = peak_for(layer.fact.products).gflops;
  return peak > 0 ? layer.gops() / peak : unknown;
}

Profile profile(const std::string& network, std::vector<Contestant> contestants,
                const Tensor& input, const ProfileOptions& options) {
  std::vector<std::unique_ptr<Runner>> runners;
  for (Contestant& one : contestants) {
    runners.push_back(std::make_unique<Runner>(std::move(one), input));
  }
  Profile result{.network = network, .cpu = this_environment().cpu, .input = input.shape()};
  result.rounds = options.rounds;
  result.warm_up = options.warm_up;
  for (int round = -options.warm_up; round < options.rounds; ++round) {
    if (round == 0) {
      result.peaks = measure_peaks();  // of a processor that is as busy as it will be
      for (auto& runner : runners) runner->forget();
    }
    for (auto& runner : runners) runner->run();
    for (auto& runner : runners) runner->run_layers();
  }
  for (const auto& runner : runners) result.cases.push_back(runner->result());
  result.peak_rss_bytes = peak_rss_bytes();
  return result;
}

}  // namespace bench
