#include "models/zoo/box_heads.h"

namespace bench {

NodeId flatten_head(Untrained& net, const std::string& name, int numbers) {
  net.append(name + ".rows", Transpose{{0, 2, 3, 1}});
  return net.append(
      name + ".flat",
      Reshape{{{Dim::Kind::copy, 0, 0, 0}, {Dim::Kind::infer}, {Dim::Kind::fixed, numbers}}});
}

NodeId join_heads(Untrained& net, const std::string& name, std::vector<NodeId> levels) {
  return net.join(name, Concat{1}, std::move(levels));
}

}  // namespace bench
