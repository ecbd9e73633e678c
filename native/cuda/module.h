// Compiled kernels on a device: an image is loaded once, a kernel looked up once.
//
// Threads: any may ask for kernels; launch() is called with the device's context current, by the
// one who works on the stream. The Device owns the cache and so all that it hands out.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cuda/device.h"
#include "cuda/kernel_image.h"
#include "cuda/stream.h"

namespace deeplab::cuda {

struct LaunchShape {
  struct Size {
    unsigned x = 1;
    unsigned y = 1;
    unsigned z = 1;
  };
  Size grid;
  Size block;
  size_t shared_bytes = 0;  // dynamic, for each block
};

class Kernel {
 public:
  Kernel(const Device& device, CUfunction function, std::string name);

  // The parameters by value, exactly as the kernel declares them: a test compares their sizes and
  // offsets with the compiled kernels'. The driver copies them before this returns.
  template <typename... P>
  void launch(const Stream& stream, const LaunchShape& shape, const P&... parameters) const {
    void* addresses[] = {const_cast<P*>(&parameters)..., nullptr};
    launch_with(stream, shape, addresses);
  }
  // The same, of the parameters' addresses.
  void launch_with(const Stream& stream, const LaunchShape& shape, void** parameters) const;

  // Asks for the shared memory of such a launch. Not while a capture records.
  void prepare(const LaunchShape& shape) const {
    if (shape.shared_bytes > allowed_shared_.load(std::memory_order_acquire)) {
      allow_shared(shape.shared_bytes);
    }
  }
  // Such a launch as a graph has it; a view of `parameters`.
  CUDA_KERNEL_NODE_PARAMS describe(const LaunchShape& shape, void** parameters) const noexcept;

 private:
  void allow_shared(size_t bytes) const;

  const Device& device_;
  CUfunction function_;
  std::string name_;
  size_t static_shared_ = 0;
  mutable std::atomic<size_t> allowed_shared_;  // dynamic bytes that the driver was told of
};

class ModuleCache {
 public:
  explicit ModuleCache(const Device& device) : device_(device) {}
  ModuleCache(const ModuleCache&) = delete;
  ModuleCache& operator=(const ModuleCache&) = delete;
  ~ModuleCache();

  // Of an image that stays where it is. Throws Error{kDeviceUnavailable} where the image is empty
  // or has nothing for this GPU, {kInternal} where it has no such kernel.
  const Kernel& kernel(const KernelImage& image, const std::string& name);

 private:
  struct Module {
    CUmodule handle = nullptr;
    std::map<std::string, std::unique_ptr<Kernel>> kernels;
  };

  Module& load(const KernelImage& image);

  const Device& device_;
  std::mutex mutex_;
  std::map<const void*, Module> by_image_;
};

}  // namespace deeplab::cuda
