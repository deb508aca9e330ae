#include "bench/backend.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "bench/backend_list.h"
#include "models/error.h"
#include "models/registry.h"

namespace bench {
namespace {

constexpr Entry<BinaryEngine> engines[] = {
    {"automatic", "by a rule, which the record states", BinaryEngine::automatic},
    {"xnor", "bits: popcounts of XORs", BinaryEngine::xnor},
    {"expanded", "bytes -1 and +1: VNNI or AMX", BinaryEngine::expanded},
};

// Built-in backends and loaded plugins. A plugin's library is never unloaded: its objects' code
// lives there.
struct Loaded {
  std::mutex mutex;
  std::vector<std::unique_ptr<Backend>> list = built_in_backends();
};

Loaded& loaded() {
  static Loaded instance;
  return instance;
}

}  // namespace

std::span<const Entry<BinaryEngine>> binary_engines() { return engines; }

std::vector<const Backend*> backends() {
  Loaded& all = loaded();
  const std::lock_guard lock(all.mutex);
  std::vector<const Backend*> list;
  for (const auto& backend : all.list) list.push_back(backend.get());
  std::sort(list.begin(), list.end(),
            [](const Backend* a, const Backend* b) { return a->name() < b->name(); });
  return list;
}

const Backend& find_backend(std::string_view name) {
  std::vector<std::string> known;
  for (const Backend* backend : backends()) {
    if (backend->name() == name) return *backend;
    known.emplace_back(backend->name());
  }
  throw Error(Fault::usage, unknown_name("backend", name, known));
}

std::string load_plugin(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Error(Fault::missing, path + ": no such plugin");
  // An absolute path: dlopen would search the system's folders for a bare name.
  void* library = dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw Error(Fault::unsupported, path + ": cannot be loaded: " + dlerror());
  const auto stamp = reinterpret_cast<const char* (*)()>(dlsym(library, "bench_plugin_abi"));
  const auto make = reinterpret_cast<Backend* (*)()>(dlsym(library, "bench_plugin_backend"));
  if (!stamp || !make) {
    throw Error(Fault::unsupported, path + ": is no backend plugin (no BENCH_PLUGIN in it)");
  }
  if (stamp() != abi_stamp()) {
    throw Error(Fault::unsupported, path + ": built for ABI " + stamp() + ", this program is " +
                                        std::string(abi_stamp()) +
                                        "; rebuild the plugin against this program's headers");
  }
  std::unique_ptr<Backend> backend(make());
  const std::string name(backend->name());
  for (const Backend* other : backends()) {
    if (other->name() == name) {
      throw Error(Fault::usage, path + ": a backend named '" + name + "' exists already");
    }
  }
  Loaded& all = loaded();
  const std::lock_guard lock(all.mutex);
  all.list.push_back(std::move(backend));
  return name;
}

std::string_view abi_stamp() { return BENCH_ABI_STAMP; }

}  // namespace bench
