// A model in ONNX Runtime on one GPU: its session, and the stream that everything of it goes to.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "cuda/device_memory.h"
#include "infer/backend.h"
#include "infer/ort_model.h"
#include "infer/ort_provider.h"

namespace deeplab::infer {

// The provider is told its stream when the session is made: one session is one stream, and batches
// run one after another. What overlaps is what the host does for the next one.
class OrtDeviceEngine {
 public:
  // `library` lives as long as the process. Throws what LoadOrtModel() and AppendOrtProviders()
  // throw, and Error{kDeviceOutOfMemory}.
  OrtDeviceEngine(const OrtLibrary& library, const OpenRequest& request, OrtProvider provider,
                  std::shared_ptr<cuda::Device> device);
  ~OrtDeviceEngine();
  OrtDeviceEngine(const OrtDeviceEngine&) = delete;
  OrtDeviceEngine& operator=(const OrtDeviceEngine&) = delete;

  const OrtApi& api() const noexcept { return library_.api(); }
  const OrtPorts& ports() const noexcept { return model_.ports; }
  OrtModelSession* session() const noexcept { return model_.session.get(); }
  const OrtRunOptions* run_options() const noexcept { return run_options_.get(); }
  const OrtMemoryInfo* place() const noexcept { return place_.get(); }
  const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept { return memory_; }
  const std::shared_ptr<const cuda::Stream>& stream() const noexcept { return stream_; }

  // Held while a run is queued: two slots of one session must not queue at once, for the provider's
  // handles of cuDNN and cuBLAS belong to the stream.
  std::mutex& queueing() const noexcept { return queueing_; }

 private:
  const OrtLibrary& library_;
  const std::shared_ptr<cuda::DeviceMemory> memory_;
  const size_t library_limit_;  // of what ONNX Runtime takes itself; 0: none
  std::unique_ptr<cuda::DeviceMemory::Share> share_;
  std::shared_ptr<const cuda::Stream> stream_;
  OrtOwned<OrtMemoryInfo> place_;
  OrtOwned<OrtRunOptions> run_options_;
  OrtModel model_;  // last: nothing that fails comes after it, when no context is current
  mutable std::mutex queueing_;
};

// After a failure on this stream with ONNX Runtime's message: throws Error{kDeviceLost} or
// Error{kDeviceOutOfMemory} where that is the better word.
void ExplainOnDevice(const cuda::Stream& stream, const std::string& message);

}  // namespace deeplab::infer
