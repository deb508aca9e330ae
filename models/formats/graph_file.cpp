#include "models/formats/graph_file.h"

#include <cstring>

#include "models/formats/formats.h"
#include "models/formats/graph_json.h"
#include "models/formats/read_file.h"
#include "models/formats/reject.h"
#include "models/formats/safetensors.h"

namespace bench {
namespace {

constexpr std::string_view graph_note = "quantbench.graph";

}  // namespace

std::vector<std::byte> write_graph_file(const Graph& graph,
                                        std::map<std::string, std::string> notes) {
  for (const auto& [key, text] : notes) {
    graph_json::writable(key, "note");
    graph_json::writable(text, "note");
  }
  NamedTensors file{{}, std::move(notes)};
  file.notes[std::string(graph_note)] = to_text(graph_json::write(graph, file.tensors));
  return write_safetensors(file);
}

GraphFile read_graph_file(std::span<const std::byte> bytes, std::string_view what) {
  NamedTensors file = read_safetensors(bytes, what);
  GraphFile result;
  within(std::string(what), [&] {
    const auto note = file.notes.extract(std::string(graph_note));
    if (!note) {
      refuse("safetensors without a graph: there is no note '" + std::string(graph_note) + "'");
    }
    result.graph = graph_json::read(parse_json(note.mapped(), graph_note), file.tensors);
    if (!file.tensors.empty()) {
      reject("tensor " + in_quotes(file.tensors.begin()->first) + " belongs to no node");
    }
    validate(result.graph);
    check_at_declared_size(result.graph);
  });
  result.notes = std::move(file.notes);
  return result;
}

// A length below 2^32, then the object it is the length of.
bool looks_like_safetensors(std::string_view start) {
  std::uint64_t length = 0;
  if (start.size() <= sizeof length || start[sizeof length] != '{') return false;
  std::memcpy(&length, start.data(), sizeof length);
  return length < (std::uint64_t{1} << 32);
}

}  // namespace bench
