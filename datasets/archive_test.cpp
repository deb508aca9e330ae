#include "datasets/archive.h"

#include <zip.h>

#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "datasets/testing.h"

namespace bench {
namespace {

using namespace bench::testing;
namespace fs = std::filesystem;

const std::string tar_end(1024, '\0');

std::string text_of(const ImageSource& source, const std::string& name) {
  const auto image = source.read(name);
  return {reinterpret_cast<const char*>(image.bytes.data()), image.bytes.size()};
}

TEST_CASE("tar: members in place, long names, pax paths") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.tar";
  const std::string long_name = std::string(120, 'n') + "/b.JPEG";
  std::string archive = tar_member("val/", "", '5') + tar_member("./val/a.JPEG", "alpha") +
                        tar_member("././@LongLink", long_name + '\0', 'L', "ustar  ") +
                        tar_member(long_name.substr(0, 100), std::string(600, 'b')) +
                        tar_member("p", "19 path=pax/c.JPEG\n", 'x') + tar_member("c", "gamma") +
                        tar_member("empty", "") + tar_end;
  write(path, archive);
  const auto tar = open_tar(path);
  CHECK(text_of(*tar, "val/a.JPEG") == "alpha");
  CHECK(text_of(*tar, long_name) == std::string(600, 'b'));
  CHECK(text_of(*tar, "pax/c.JPEG") == "gamma");
  CHECK(text_of(*tar, "empty").empty());
  CHECK(tar->read("empty").file == path.string() + ":empty");
  CHECK(tar->absent({"c", "empty", "val/"}) == std::vector<std::string>{"c", "val/"});
  error_of(Fault::missing, [&] { tar->read("c"); });
  error_of(Fault::missing, [&] { open_tar(folder.path() / "none.tar"); });
}

TEST_CASE("tar: cut short, damaged, hostile") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.tar";
  const auto fault_of = [&](const std::string& archive) {
    write(path, archive);
    return error_of(Fault::bad_data, [&] { open_tar(path); });
  };
  const std::string member = tar_member("a", std::string(2000, 'x'));
  CHECK(fault_of(member.substr(0, 1500)) ==
        "archive " + path.string() +
            ", byte 0: cut short: member 'a' has 2,000 bytes, 988 are left");
  CHECK(fault_of(member).find("cut short: no end mark") != std::string::npos);
  CHECK(fault_of("").find("cut short") != std::string::npos);
  CHECK(fault_of(member + member + tar_end).find("byte 2560: member 'a' is there twice") !=
        std::string::npos);
  CHECK(fault_of(tar_member("a/../../b", "x") + tar_end).find("climbs out") != std::string::npos);
  CHECK(fault_of(tar_member("/etc/b", "x") + tar_end).find("climbs out") != std::string::npos);
  CHECK(fault_of(std::string(2048, 'x')).find("not a tar header") != std::string::npos);
  std::string huge = member + tar_end;
  huge.replace(124, 12, std::string("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12));
  CHECK(fault_of(huge).find("not a tar header, or a damaged one") != std::string::npos);
}

TEST_CASE("tar: no flipped byte does more than an error") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.tar";
  const std::string archive = tar_member("a", "alpha") + tar_member("l", "long\0", 'L') +
                              tar_member("b", "beta") + tar_member("x", "9 path=c\n", 'x') +
                              tar_member("c", "gamma") + tar_end;
  std::mt19937 random(11);
  int accepted = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string mutant = archive;
    // Every other time the checksum is put right again, so that other fields are tried too.
    mutant[random() % mutant.size()] = static_cast<char>(random());
    if (i % 2) {
      const std::size_t header = random() % 5 * 1024;
      mutant[header + random() % 148] = static_cast<char>(random());
      mutant.replace(header + 148, 8, std::string(8, ' '));
      unsigned sum = 0;
      for (std::size_t k = 0; k < 512; ++k) sum += static_cast<unsigned char>(mutant[header + k]);
      char check[8];
      std::snprintf(check, sizeof check, "%06o", sum & 0777777);
      mutant.replace(header + 148, 7, std::string(check, 7));
    }
    if (i % 7 == 0) mutant.resize(random() % mutant.size());
    write(path, mutant);
    try {
      const auto tar = open_tar(path);
      for (const std::string name : {"a", "b", "c", "long"}) {
        if (tar->absent({name}).empty()) tar->read(name);
      }
      ++accepted;
    } catch (const Error&) {
    }
  }
  CHECK(accepted > 0);
  CHECK(accepted < 1000);
}

void make_zip(const fs::path& path, const std::vector<std::pair<std::string, std::string>>& files) {
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  REQUIRE(zip);
  for (const auto& [name, data] : files) {
    zip_source_t* source = zip_source_buffer(zip, data.data(), data.size(), 0);
    REQUIRE(zip_file_add(zip, name.c_str(), source, 0) >= 0);
  }
  REQUIRE(zip_close(zip) == 0);
}

void replace_all(const fs::path& path, const std::string& from, const std::string& to) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  for (auto at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
    bytes.replace(at, from.size(), to);
  }
  write(path, bytes);
}

TEST_CASE("zip: members in place, from several threads") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  make_zip(path, {{"A/A_0001.jpg", "alpha"}, {"B/B_0001.jpg", std::string(100'000, 'b')}});
  const auto zip = open_zip(path);
  CHECK(text_of(*zip, "A/A_0001.jpg") == "alpha");
  CHECK(zip->absent({"A/A_0001.jpg", "C"}) == std::vector<std::string>{"C"});
  error_of(Fault::missing, [&] { zip->read("C"); });
  error_of(Fault::missing, [&] { open_zip(folder.path() / "none.zip"); });
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        wrong[t] += text_of(*zip, "A/A_0001.jpg") != "alpha";
        wrong[t] += text_of(*zip, "B/B_0001.jpg") != std::string(100'000, 'b');
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("zip: traversal, repeated names, damage") {
  TemporaryFolder folder;
  const auto path = folder.path() / "a.zip";
  const auto fault = [&] { return error_of(Fault::bad_data, [&] { open_zip(path); }); };
  make_zip(path, {{"xx/A_0001.jpg", "alpha"}});
  replace_all(path, "xx/", "../");
  CHECK(fault().find("climbs out") != std::string::npos);
  make_zip(path, {{"a.jpg", "alpha"}, {"b.jpg", "beta"}});
  replace_all(path, "b.jpg", "a.jpg");
  CHECK(fault().find("a member is there twice") != std::string::npos);
  make_zip(path, {{"a.jpg", "alpha"}});
  replace_all(path, "alpha", "alphb");
  const auto zip = open_zip(path);
  CHECK(error_of(Fault::bad_data, [&] { zip->read("a.jpg"); }).find("member 'a.jpg' damaged") !=
        std::string::npos);
  make_zip(path, {{"a.jpg", std::string(5000, 'a')}});
  fs::resize_file(path, fs::file_size(path) - 30);
  fault();
  write(path, "");
  fault();
  make_zip(path, {{"a.jpg", std::string(65u << 20, 'a')}});  // 68 MB in 66 kB
  CHECK(fault().find("68,157,440 bytes, more than any real image") != std::string::npos);
}

}  // namespace
}  // namespace bench
