#include "evaluators/evaluator.h"

#include "evaluators/face_verification.h"
#include "evaluators/mean_iou.h"
#include "evaluators/top_k.h"
#include "evaluators/voc_map.h"
#include "evaluators/widerface_ap.h"
#include "models/registry.h"

namespace bench {
namespace {

struct Known {
  EvaluatorInfo info;
  std::string_view name;
  std::unique_ptr<Evaluator> (*make)(const EvaluatorOptions&);
};

const std::vector<Known>& known() {
  static const std::vector<Known> list = {
      {widerface_ap_info(), "widerface-ap", make_widerface_ap},
      {top_k_info(), "top-k", make_top_k},
      {voc_map_info(), "voc-map", make_voc_map},
      {mean_iou_info(), "mean-iou", make_mean_iou},
      {face_verification_info(), "face-verification", make_face_verification},
  };
  return list;
}

}  // namespace

std::unique_ptr<Evaluator> make_evaluator(std::string_view name, const EvaluatorOptions& options) {
  const Known& entry = find(known(), "evaluator", name);
  EvaluatorOptions chosen = options;
  if (chosen.protocol.empty()) chosen.protocol = entry.info.protocols.front();
  const std::vector<std::string> names(entry.info.protocols.begin(), entry.info.protocols.end());
  for (const std::string& protocol : names) {
    if (protocol == chosen.protocol) return entry.make(chosen);
  }
  throw Error(Fault::usage,
              unknown_name("protocol of " + std::string(name), chosen.protocol, names));
}

std::span<const EvaluatorInfo> evaluators() {
  static const std::vector<EvaluatorInfo> infos = [] {
    std::vector<EvaluatorInfo> list;
    for (const Known& entry : known()) list.push_back(entry.info);
    return list;
  }();
  return infos;
}

}  // namespace bench
