#include "cuda/module.h"

#include <array>
#include <utility>

namespace deeplab::cuda {
namespace {

// What every kernel may have without asking.
constexpr size_t kPlainShared = size_t{48} << 10;

size_t StaticShared(const Device& device, CUfunction function) {
  int bytes = 0;
  device.call(device.api().FuncGetAttribute, &bytes, int{CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES},
              function);
  return static_cast<size_t>(bytes);
}

[[noreturn]] void ThrowNoBinary(const Device& device) {
  const std::string found = "compute capability " + device.traits().capability();
  throw Error(ErrorCode::kDeviceUnavailable,
              device.label() + " has " + found +
                  ", for which this package has no kernels: 7.5 or later is needed.",
              {{"expected", "compute capability 7.5 or later"}, {"found", found}});
}

// Throws unless the driver took the image. `log` is the driver's compiler's, often empty.
void RequireLoaded(const Device& device, CUresult result, const char* log) {
  if (result == CUDA_SUCCESS) return;
  if (result == CUDA_ERROR_NO_BINARY_FOR_GPU) ThrowNoBinary(device);
  device.fail(device.api().ModuleLoadDataEx.name, result, log);
}

}  // namespace

Kernel::Kernel(const Device& device, CUfunction function, std::string name)
    : device_(device),
      function_(function),
      name_(std::move(name)),
      static_shared_(StaticShared(device, function)),
      allowed_shared_(static_shared_ < kPlainShared ? kPlainShared - static_shared_ : 0) {}

void Kernel::launch_with(const Stream& stream, const LaunchShape& shape, void** parameters) const {
  prepare(shape);
  const auto& [grid, block, shared] = shape;
  const auto& entry = device_.api().LaunchKernel;
  const CUresult result =
      device_.attempt(entry, function_, grid.x, grid.y, grid.z, block.x, block.y, block.z,
                      static_cast<unsigned>(shared), stream.handle(), parameters, nullptr);
  if (result != CUDA_SUCCESS) device_.fail(entry.name, result, "The kernel is " + name_ + ".");
}

CUDA_KERNEL_NODE_PARAMS Kernel::describe(const LaunchShape& shape,
                                         void** parameters) const noexcept {
  CUDA_KERNEL_NODE_PARAMS node{};
  node.func = function_;
  node.gridDimX = shape.grid.x;
  node.gridDimY = shape.grid.y;
  node.gridDimZ = shape.grid.z;
  node.blockDimX = shape.block.x;
  node.blockDimY = shape.block.y;
  node.blockDimZ = shape.block.z;
  node.sharedMemBytes = static_cast<unsigned>(shape.shared_bytes);
  node.kernelParams = parameters;
  return node;
}

// More than the usual share of shared memory is asked for by name, once. Two threads may ask at a
// time: all that a device has is asked for, so that both say the same.
void Kernel::allow_shared(size_t bytes) const {
  const auto most = static_cast<size_t>(device_.traits().shared_memory_per_block_optin);
  if (bytes + static_shared_ > most) {
    throw Error(ErrorCode::kInternal, name_ + " was launched with " + std::to_string(bytes) +
                                          " bytes of shared memory; " + device_.label() + " has " +
                                          std::to_string(most - static_shared_) + ".");
  }
  const size_t allowed = most - static_shared_;
  device_.call(device_.api().FuncSetAttribute, function_,
               int{CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES}, static_cast<int>(allowed));
  allowed_shared_.store(allowed, std::memory_order_release);
}

ModuleCache::~ModuleCache() {
  for (const auto& [image, module] : by_image_) {
    device_.release(device_.api().ModuleUnload, module.handle);
  }
}

ModuleCache::Module& ModuleCache::load(const KernelImage& image) {
  if (image.size == 0) {
    throw Error(ErrorCode::kDeviceUnavailable,
                device_.label() + " cannot be used: this build has no CUDA kernels.");
  }
  const auto there = by_image_.find(image.data);
  if (there != by_image_.end()) return there->second;
  std::array<char, 4096> log{};
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  // The size travels as the pointer's value.
  void* values[] = {log.data(), reinterpret_cast<void*>(log.size() - 1)};
  Module module;
  const CUresult result = device_.attempt(device_.api().ModuleLoadDataEx, &module.handle,
                                          image.data, 2u, options, values);
  RequireLoaded(device_, result, log.data());
  return by_image_.emplace(image.data, std::move(module)).first->second;
}

const Kernel& ModuleCache::kernel(const KernelImage& image, const std::string& name) {
  device_.require_usable();
  const std::lock_guard<std::mutex> lock(mutex_);
  const Current current(device_);
  Module& module = load(image);
  const auto there = module.kernels.find(name);
  if (there != module.kernels.end()) return *there->second;
  CUfunction function = nullptr;
  const auto& entry = device_.api().ModuleGetFunction;
  const CUresult result = device_.attempt(entry, &function, module.handle, name.c_str());
  if (result == CUDA_ERROR_NOT_FOUND) {
    throw Error(ErrorCode::kInternal, "This build has no CUDA kernel " + name + ".");
  }
  if (result != CUDA_SUCCESS) device_.fail(entry.name, result, "The kernel is " + name + ".");
  std::unique_ptr<Kernel>& kernel = module.kernels[name];
  kernel = std::make_unique<Kernel>(device_, function, name);
  return *kernel;
}

}  // namespace deeplab::cuda
