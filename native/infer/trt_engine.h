// A plan in TensorRT's hands, on one device: what the slots of that device share. Contexts may be
// made and run from several threads at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/device_memory.h"
#include "infer/trt_library.h"
#include "infer/trt_ports.h"

namespace deeplab::infer {

class TrtEngine {
 public:
  // `path` is for messages. Throws what ExplainRefusal() says, Error{kPackageWeightsInvalid} where
  // the ends do not fit, and Error{kDeviceOutOfMemory}.
  TrtEngine(const TrtLibrary& library, std::shared_ptr<cuda::DeviceMemory> memory,
            const std::vector<uint8_t>& plan, const std::string& path);
  TrtEngine(const TrtEngine&) = delete;
  TrtEngine& operator=(const TrtEngine&) = delete;
  ~TrtEngine();

  const TrtPorts& ports() const noexcept { return ports_; }
  const std::shared_ptr<cuda::DeviceMemory>& memory() const noexcept { return memory_; }
  // Bytes of activations that a context needs.
  size_t context_bytes() const noexcept;
  // Without memory for its activations yet. Throws Error{kBackendFailed}.
  std::unique_ptr<trt::IExecutionContext> new_context() const;

 private:
  // With the device's context current: TensorRT frees memory there.
  void drop() noexcept;

  std::shared_ptr<cuda::DeviceMemory> memory_;
  cuda::DeviceMemory::Share weights_;  // about as large as the plan
  std::unique_ptr<trt::IRuntime> runtime_;
  std::unique_ptr<trt::ICudaEngine> engine_;
  TrtPorts ports_;
};

}  // namespace deeplab::infer
