#include "bench/answer_bytes.h"

#include <algorithm>

namespace bench {
namespace {

// An answer's first byte. Journals keep these numbers for good.
enum Kind : std::uint8_t { class_scores = 1, detections = 2, label_map = 3, embedding = 4 };

std::uint32_t size32(std::size_t size) { return static_cast<std::uint32_t>(size); }

struct Write {
  ByteWriter& out;

  void operator()(const ClassScores& answer) const {
    out.u8(class_scores).u32(size32(answer.best.size()));
    for (const ScoredClass& entry : answer.best) out.i32(entry.label).f32(entry.score);
  }
  void operator()(const Detections& answer) const {
    out.u8(detections).u32(size32(answer.items.size()));
    for (const Detection& d : answer.items) {
      out.i32(d.label).f64(d.score).f64(d.box.x1).f64(d.box.y1).f64(d.box.x2).f64(d.box.y2).i32(
          d.order);
    }
  }
  void operator()(const LabelMap& answer) const {
    out.u8(label_map).i32(answer.height).i32(answer.width);
    out.text({reinterpret_cast<const char*>(answer.labels.data()), answer.labels.size()});
  }
  void operator()(const Embedding& answer) const {
    out.u8(embedding).u32(size32(answer.values.size()));
    for (const float value : answer.values) out.f32(value);
  }
};

ClassScores read_class_scores(ByteReader& in) {
  ClassScores answer;
  answer.best.resize(in.count(8));
  for (ScoredClass& entry : answer.best) {
    entry.label = in.i32();
    entry.score = in.f32();
  }
  return answer;
}

Detections read_detections(ByteReader& in) {
  Detections answer;
  answer.items.resize(in.count(48));
  for (Detection& d : answer.items) {
    d.label = in.i32();
    d.score = in.f64();
    d.box.x1 = in.f64();
    d.box.y1 = in.f64();
    d.box.x2 = in.f64();
    d.box.y2 = in.f64();
    d.order = in.i32();
  }
  return answer;
}

LabelMap read_label_map(ByteReader& in) {
  LabelMap answer;
  answer.height = in.i32();
  answer.width = in.i32();
  const std::string labels = in.text();
  if (answer.height < 0 || answer.width < 0 ||
      static_cast<std::uint64_t>(answer.height) * static_cast<std::uint64_t>(answer.width) !=
          labels.size()) {
    in.fail("a label map is not of its own height and width");
  }
  answer.labels.assign(labels.begin(), labels.end());
  return answer;
}

Embedding read_embedding(ByteReader& in) {
  Embedding answer;
  answer.values.resize(in.count(4));
  for (float& value : answer.values) value = in.f32();
  return answer;
}

}  // namespace

void write_answer(ByteWriter& out, const Answer& answer) { std::visit(Write{out}, answer); }

Answer read_answer(ByteReader& in) {
  switch (in.u8()) {
    case class_scores: return read_class_scores(in);
    case detections: return read_detections(in);
    case label_map: return read_label_map(in);
    case embedding: return read_embedding(in);
  }
  in.fail("an answer of an unknown kind");
}

}  // namespace bench
