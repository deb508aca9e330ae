#include "bench/recipe_fields.h"

namespace bench::recipe_fields {
namespace {

using Kind = NodeFilter::Kind;
constexpr std::pair<std::string_view, Kind> kinds[] = {
    {"layer", Kind::layer},
    {"convolution", Kind::convolution},
    {"depthwise", Kind::depthwise},
    {"linear", Kind::linear},
    {"any", Kind::any},
    {"input", Kind::input},
    {"constant", Kind::constant},
    {"activation", Kind::activation},
    {"sigmoid", Kind::sigmoid},
    {"tanh", Kind::tanh},
    {"add", Kind::add},
    {"arithmetic", Kind::arithmetic},
    {"concat", Kind::concat},
    {"average-pool", Kind::average_pool},
    {"mean", Kind::mean},
    {"resize", Kind::resize},
    {"linear-resize", Kind::linear_resize},
    {"softmax", Kind::softmax},
};

using Position = NodeFilter::Position;
constexpr std::pair<std::string_view, Position> positions[] = {
    {"any", Position::any},
    {"first", Position::first},
    {"last", Position::last},
    {"tail", Position::tail},
};

template <class Io>
void both(Io& io, NodeFilter& v) {
  io.choice("kind", v.kind, Names<Kind>(kinds));
  io.choice("position", v.position, Names<Position>(positions));
  io.numbers("numbers", v.numbers);
  io.text("name", v.name);
}

}  // namespace

void fields(Out& io, NodeFilter& v) { both(io, v); }
void fields(In& io, NodeFilter& v) { both(io, v); }

}  // namespace bench::recipe_fields
