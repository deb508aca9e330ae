#pragma once
// Where a network's time goes: every layer of several ways of computing it, side by side on one
// thread, beside the processor's peaks measured in the same run.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/backend.h"
#include "bench/peaks.h"
#include "models/json.h"
#include "reports/table.h"

namespace bench {

/// What one core can do at most, by what is multiplied; 0 where it has no instruction for it. A
/// multiplication and its addition are two operations.
struct Peaks {
  Peak floats;  ///< fused multiply-adds
  Peak bytes;   ///< dot products of VNNI; matrix units (AMX) are faster still
  Peak bits;    ///< population counts of XNORs
};

struct ProfiledLayer {
  LayerFact fact;
  double ms = 0;  ///< median; NaN if the backend does not tell

  double gops() const;  ///< of a kernel: two operations for each multiply-accumulate
};

/// One way of computing the network.
struct ProfiledCase {
  std::string name;  ///< "1-bit, xnor"
  std::string library, isa;
  std::string engine_rule;  ///< how 1-bit chose between its engines; else empty
  std::int64_t weight_bytes = 0, activation_bytes = 0;
  std::vector<ProfiledLayer> layers;
  double whole_ms = 0;           ///< median of runs in one go
  std::int64_t preemptions = 0;  ///< involuntary context switches while it ran

  double layers_ms() const;  ///< the sum
  double part_ms(Part part) const;
};

struct Profile {
  std::string network, cpu;
  Shape input;
  int rounds = 0, warm_up = 0;
  Peaks peaks{};
  std::int64_t peak_rss_bytes = 0;  ///< of this process so far, all cases' programs together
  std::vector<ProfiledCase> cases{};

  const Peak& peak_for(Products products) const;
  /// The share of its peak that a kernel reaches; NaN where there is none.
  double share_of_peak(const ProfiledLayer& layer) const;
};

/// A network as one backend is to run it.
struct Contestant {
  std::string name;
  const Backend& backend;
  std::function<Graph()> make_graph;  ///< called once: so only one graph is in memory at a time
  CompileOptions compile = {};
};

struct ProfileOptions {
  int rounds = 9, warm_up = 2;
};

/// Each round runs every contestant once in one go, and once layer by layer; so whatever slows the
/// machine down slows all of them. The first `warm_up` rounds do not count. Times are CPU time of
/// the calling thread, one image at a time, everything computed before the clock is read. Throws
/// as compile and run. REQUIRES a contestant, and a round.
Profile profile(const std::string& network, std::vector<Contestant> contestants,
                const Tensor& input, const ProfileOptions& options = {});

/// What was measured how; what each case takes by its parts; the layers of each.
std::vector<Table> tables(const Profile& profile);

/// The same numbers as data.
Json to_json(const Profile& profile);

}  // namespace bench
