// Model::Open: which loaded models this process has. Weights are in memory once, however many
// handles, Workers and packages use them.

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <sstream>

#include "core/fingerprint.h"
#include "pipeline/batch_host.h"
#include "pipeline/model.h"

namespace deeplab::pipeline {
namespace {

// One key's slot. Its mutex is held while the model loads, so that others who want it wait for it
// instead of loading it again; different models load side by side.
struct Entry {
  std::mutex mutex;
  std::weak_ptr<Model> model;
};

struct Registry {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Entry>> entries;
};

Registry& TheRegistry() {
  static Registry* const registry = new Registry;  // never destroyed: see BufferPool::Instance
  return *registry;
}

// Everything that makes two sessions different. Files are known by their real path and what lib/
// says of their sizes and times, so that a replaced one is loaded anew.
std::string Key(const infer::OpenRequest& request, const SchedulerOptions& options) {
  std::error_code ignored;
  const auto path = std::filesystem::u8path(request.weights_path);
  const auto real = std::filesystem::weakly_canonical(path, ignored);
  std::ostringstream key;
  key << request.package_format << '\n' << request.device << '\n' << real.u8string() << '\n';
  key << request.weights_fingerprint << '\n'
      << request.weights_size << ' ' << Fingerprint(request.weights_bytes, request.weights_size)
      << '\n';
  const infer::SessionOptions& s = request.session;
  key << s.intra_op_threads << ' ' << s.inter_op_threads << ' ' << s.graph_optimization << ' '
      << s.memory_arena << ' ' << s.memory_pattern << ' ' << s.spinning << ' ' << s.log_severity
      << ' ' << request.min_batch << ' ' << request.max_batch << '\n';
  const infer::DeviceOptions& d = request.device_options;
  key << d.memory_mode << ' ' << d.memory_limit << ' ' << d.pinned_limit << ' ' << d.slots << ' '
      << d.graphs << '\n';
  key << request.provider << '\n' << request.engine_cache_folder << '\n';
  for (const auto& [name, value] : request.provider_options) key << name << '=' << value << '\n';
  key << options.max_in_flight << ' ' << options.max_queue << ' ' << options.max_batch_delay_ms;
  for (const LibraryCandidate& c : request.candidates) key << '\n' << c.library << ' ' << c.path;
  return key.str();
}

// Forgets keys whose model has gone and that nobody is loading. With the registry's mutex.
void Forget(Registry& registry) {
  for (auto it = registry.entries.begin(); it != registry.entries.end();) {
    const bool unused = it->second.use_count() == 1 && it->second->model.expired();
    it = unused ? registry.entries.erase(it) : std::next(it);
  }
}

}  // namespace

std::shared_ptr<Model> Model::Open(const infer::OpenRequest& request,
                                   const SchedulerOptions& options) {
  const std::string key = Key(request, options);
  Registry& registry = TheRegistry();
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(registry.mutex);
    Forget(registry);
    std::shared_ptr<Entry>& slot = registry.entries[key];
    if (!slot) slot = std::make_shared<Entry>();
    entry = slot;
  }
  std::lock_guard loading(entry->mutex);
  if (std::shared_ptr<Model> model = entry->model.lock()) return model;
  std::string reason;
  auto session = infer::Open(request, &reason);
  std::shared_ptr<Model> model(
      new Model(std::move(session), std::move(reason), options, HostStages()));
  std::lock_guard lock(registry.mutex);  // Count() and Forget() read it under this one
  entry->model = model;
  return model;
}

size_t Model::Count() {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  Forget(registry);
  return static_cast<size_t>(
      std::count_if(registry.entries.begin(), registry.entries.end(),
                    [](const auto& entry) { return !entry.second->model.expired(); }));
}

}  // namespace deeplab::pipeline
