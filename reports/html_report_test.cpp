#include "reports/html_report.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

RunRecord sample() {
  RunRecord r;
  r.suite = "mini";
  r.name = "net.float";
  r.status = "passed";
  r.command = "bench run --suite 'mini'";
  r.started = "2026-01-02T03:04:05Z";
  r.model = {"net", "safetensors", "here", "Apache-2.0", {{"net.safetensors", 12, "ab"}}, "cd"};
  r.backend.name = "float";
  r.data.name = "imagenet";
  r.data.drawn = true;
  r.data.available = r.data.listed = r.data.scored = 10;
  r.metrics = {{"top1", 0.5, Interval{0.4, 0.6}, "", true}};
  r.evaluator.meaning = "top-k: ties to the lower class";
  r.environment.cpu = "some CPU";
  return r;
}

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST_CASE("A page is as approved") {
  RunRecord quantised = sample();
  quantised.name = "net.int8";
  quantised.backend.name = "int8";
  const Table document{"Document 3: Results", {"Model", "top1, here"}, {{"VGG", "0.5"}}, {}, true};
  const std::string page = html_report({sample(), quantised}, {document});
  const std::string path = BENCH_SOURCE_DIR "/reports/golden/report.html";
  if (std::getenv("BENCH_APPROVE")) std::ofstream(path, std::ios::binary) << page;
  CHECK(page == read(path));
}

TEST_CASE("A page needs nothing from elsewhere") {
  const std::string page = html_report({sample()}, {});
  for (const char* part : {"<script", "http:", "https:", "src=", "<link", "@import", "url("}) {
    CHECK(page.find(part) == page.npos);
  }
}

// Whatever stands in a record is text on the page.
TEST_CASE("Hostile names are text") {
  const std::string evil = "<script>\"alert('1')\"</script> | & `x`";
  RunRecord r = sample();
  r.suite = r.name = r.command = r.model.name = r.backend.name = r.data.root = r.error = evil;
  r.data.name = r.quantization.name = r.environment.cpu = r.evaluator.meaning = evil;
  r.model.files[0].path = r.model.origin = evil;
  r.warnings = {evil};
  r.failures = {{evil, evil, evil}};
  r.published = {{"top1", 0.5, 3, evil, evil}};
  r.metrics[0].name = evil;
  RunRecord other = r;
  other.backend.name = "b" + evil;
  const std::string page = html_report({r, other}, {{evil, {evil}, {{evil}}, {evil}, false}});
  CHECK(page.find("<script") == page.npos);
  CHECK(page.find("alert('") == page.npos);
  CHECK(page.find("&lt;script&gt;&quot;alert(&#39;1&#39;)&quot;&lt;/script&gt; | &amp; `x`") !=
        page.npos);
}

TEST_CASE("Control characters do not reach a page or a drawing") {
  CHECK(html_text("a\x01\x1b[31mb\nc\td\xc3\xa4") == "a  [31mb\nc\td\xc3\xa4");
}

}  // namespace
}  // namespace bench
