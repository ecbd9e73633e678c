#include "addon/external_memory.h"

#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/held_memory.h"

namespace deeplab::addon {
namespace {

using Owner = std::shared_ptr<const void>;
// JavaScript's part in the ownership: emptied by the finaliser, or before it by LetGo().
using Share = std::shared_ptr<Owner>;

// The shares of the ArrayBuffers that live, by their address. Any thread.
class Shares {
 public:
  static Shares& Instance() {
    static Shares* const shares = new Shares;  // never destroyed: see BufferPool::Instance
    return *shares;
  }

  void enter(const void* data, const Share& share) {
    const std::lock_guard lock(mutex_);
    shares_[data] = share;
  }

  // A finaliser comes late: by then the memory may be another ArrayBuffer's.
  void leave(const void* data, const Share& share) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = shares_.find(data);
    if (found != shares_.end() && found->second == share) shares_.erase(found);
  }

  // Null where there is none.
  Share take(const void* data) {
    const std::lock_guard lock(mutex_);
    const auto found = shares_.find(data);
    if (found == shares_.end()) return nullptr;
    Share share = std::move(found->second);
    shares_.erase(found);
    return share;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const void*, Share> shares_;
};

void Finalize(napi_env, void* data, void* hint) {
  const std::unique_ptr<Share> share(static_cast<Share*>(hint));
  Shares::Instance().leave(data, *share);
  (*share)->reset();
}

// Makes the ArrayBuffer that `owner` goes with.
Napi::ArrayBuffer Expose(Napi::Env env, void* data, size_t size, Owner given) {
  // Shared with the finaliser: where it fails, the runtime may or may not have called it already.
  const auto owner = std::make_shared<Owner>(std::move(given));
  auto* const hint = new Share(owner);
  Shares::Instance().enter(data, owner);
  napi_value value;
  const napi_status status =
      napi_create_external_arraybuffer(env, data, size, &Finalize, hint, &value);
  if (status == napi_ok) return Napi::ArrayBuffer(env, value);
  const bool finalized = *owner == nullptr;
  if (!finalized) {
    Shares::Instance().leave(data, owner);
    delete hint;
  }
  if (status == napi_no_external_buffers_allowed && !finalized) {
    Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, size);
    std::memcpy(copy.Data(), data, size);
    return copy;
  }
  if (env.IsExceptionPending()) env.GetAndClearPendingException();
  throw Error(ErrorCode::kOutOfMemory, "JavaScript could not take over memory of ours.");
}

Napi::ArrayBuffer ExposeHeld(Napi::Env env, HostBuffer given, HeldMemory::Kind kind) {
  const auto buffer = std::make_shared<HostBuffer>(std::move(given));
  auto memory = HeldMemory::Enter(buffer->data(), buffer->size(), kind, buffer);
  return Expose(env, buffer->data(), buffer->size(), std::move(memory));
}

}  // namespace

Napi::ArrayBuffer Adopt(Napi::Env env, HostBuffer given) {
  if (given.data() == nullptr) return Napi::ArrayBuffer::New(env, 0);
  return ExposeHeld(env, std::move(given), HeldMemory::Kind::kResult);
}

Napi::ArrayBuffer AdoptForPixels(Napi::Env env, HostBuffer given) {
  return ExposeHeld(env, std::move(given), HeldMemory::Kind::kOwned);
}

void LetGo(Napi::Env env, const Napi::ArrayBuffer& buffer) {
  void* data = nullptr;
  size_t size = 0;
  napi_get_arraybuffer_info(env, buffer, &data, &size);
  if (data == nullptr) return;  // detached before
  const napi_status status = napi_detach_arraybuffer(env, buffer);
  if (status != napi_ok) throw Error(ErrorCode::kInternal, "An ArrayBuffer could not be detached.");
  if (const Share share = Shares::Instance().take(data)) share->reset();
}

}  // namespace deeplab::addon
