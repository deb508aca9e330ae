#include "bench/documents.h"

#include <algorithm>

#include "bench/embedded.h"
#include "models/registry.h"

namespace bench {

const std::vector<Document>& documents() {
  static const std::vector<Document> list = [] {
    std::vector<Document> all;
    for (const EmbeddedFile& file : embedded_documents()) {
      all.push_back(parse_document(file.text, std::string(file.path)));
    }
    std::ranges::sort(all, {}, &Document::title);
    return all;
  }();
  return list;
}

const Document& find_document(const std::string& name) {
  return find(documents(), "document", name);
}

std::vector<Table> filled_tables(const std::vector<std::string>& names,
                                 const std::vector<RunRecord>& records) {
  std::vector<Table> tables;
  for (const std::string& name : names) {
    const Document& document = find_document(name);
    if (!has_figures(document, records)) continue;
    for (Table& table : document_tables(document, records)) tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace bench
