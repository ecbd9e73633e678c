#include "core/held_memory.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace deeplab {
namespace {

uintptr_t Address(const void* data) { return reinterpret_cast<uintptr_t>(data); }

struct Entry {
  uintptr_t begin;
  size_t size;
  HeldMemory::Kind kind;
  std::weak_ptr<const HeldMemory> memory;  // gone: the last holder is just leaving

  bool covers(const void* data, size_t bytes) const noexcept {
    const uintptr_t offset = Address(data) - begin;  // wraps to a large one before the begin
    return offset <= size && bytes <= size - offset;
  }
};

// Entries leave in the destructor of what they name, before the memory can be somebody else's.
struct List {
  std::mutex mutex;
  std::map<uintptr_t, Entry> owned;  // and results, by their begin: at most one covers a byte
  std::map<const HeldMemory*, Entry> registered;
};

List& TheList() {
  static List* const list = new List;  // never destroyed: see BufferPool::Instance
  return *list;
}

// With the mutex.
const Entry* FindOwned(const List& list, const void* data, size_t bytes) {
  const auto next = list.owned.upper_bound(Address(data));
  if (next == list.owned.begin()) return nullptr;
  const Entry& entry = std::prev(next)->second;
  return entry.covers(data, bytes) ? &entry : nullptr;
}

}  // namespace

HeldMemory::HeldMemory(const void* data, Kind kind, std::shared_ptr<const void> owner) noexcept
    : data_(data), kind_(kind), owner_(std::move(owner)) {}

HeldMemory::~HeldMemory() {
  List& list = TheList();
  std::lock_guard lock(list.mutex);
  if (kind_ == Kind::kRegistered) {
    list.registered.erase(this);
  } else {
    list.owned.erase(Address(data_));
  }
}

std::shared_ptr<HeldMemory> HeldMemory::Enter(const void* data, size_t size, Kind kind,
                                              std::shared_ptr<const void> owner) {
  std::shared_ptr<HeldMemory> memory(new HeldMemory(data, kind, std::move(owner)));
  List& list = TheList();
  std::lock_guard lock(list.mutex);
  const Entry entry{Address(data), size, kind, memory};
  if (kind == Kind::kRegistered) {
    list.registered[memory.get()] = entry;
  } else {
    list.owned[entry.begin] = entry;
  }
  return memory;
}

bool HeldMemory::Hold(const void* data, size_t bytes, Holds* holds) {
  List& list = TheList();
  Holds found;  // outlives the lock: a last holder's destructor takes it
  bool is_owned = false;
  {
    std::lock_guard lock(list.mutex);
    if (list.owned.empty() && list.registered.empty()) return false;
    found.reserve(list.registered.size() + 1);
    const auto add = [&found](const Entry& entry) {
      auto memory = entry.memory.lock();
      if (memory) found.push_back(std::move(memory));
      return !found.empty();
    };
    const Entry* const entry = FindOwned(list, data, bytes);
    if (entry != nullptr && entry->kind == Kind::kOwned) is_owned = add(*entry);
    for (const auto& [memory, registered] : list.registered) {
      if (registered.covers(data, bytes)) add(registered);
    }
  }
  holds->insert(holds->end(), found.begin(), found.end());
  return is_owned;
}

bool HeldMemory::IsOwned(const void* data, size_t bytes) {
  List& list = TheList();
  std::lock_guard lock(list.mutex);
  const Entry* const entry = FindOwned(list, data, bytes);
  return entry != nullptr && entry->kind == Kind::kOwned && !entry->memory.expired();
}

std::shared_ptr<const HeldMemory> HeldMemory::HoldToRead(const void* data, size_t bytes) {
  List& list = TheList();
  std::lock_guard lock(list.mutex);
  const Entry* const entry = FindOwned(list, data, bytes);
  return entry == nullptr ? nullptr : entry->memory.lock();
}

}  // namespace deeplab
