// What a program built without libtorch says of training.
#include "bench/training.h"
#include "models/error.h"

namespace bench {

TrainingResult train(const TrainingRequest&, const TrainingCalls&) {
  throw Error(Fault::unsupported,
              "this program cannot train: install libtorch-dev (scripts/install_packages.sh train) "
              "and configure with -DBENCH_TRAIN=ON, which builds bench-train beside it");
}

}  // namespace bench
