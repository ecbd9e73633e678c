// Modules, functions and launches. The image must be a fatbin with code for the device and the
// kernel's name in it; what runs is the kernel of that name that was built for the host.
#include <cstring>

#include "captures.h"
#include "entry.h"
#include "fatbin.h"
#include "graphs.h"
#include "host_kernels.h"
#include "streams.h"

namespace deeplab::cuda {

using namespace doubles;

namespace {

constexpr unsigned kMaxBlock = 1024, kMaxBlockZ = 64, kMaxGridYZ = 65535;

bool IsWithinLimits(const Dim3& grid, const Dim3& block) {
  const auto empty = [](const Dim3& d) { return d.x == 0 || d.y == 0 || d.z == 0; };
  return !empty(grid) && !empty(block) && grid.x <= 0x7fffffffu && grid.y <= kMaxGridYZ &&
         grid.z <= kMaxGridYZ && block.x <= kMaxBlock && block.y <= kMaxBlock &&
         block.z <= kMaxBlockZ && uint64_t{block.x} * block.y * block.z <= kMaxBlock;
}

CUresult CheckLaunch(const Function& function, const Dim3& grid, const Dim3& block, size_t shared,
                     void** parameters) {
  if (!IsWithinLimits(grid, block)) return CUDA_ERROR_INVALID_VALUE;
  if (shared > static_cast<size_t>(function.max_dynamic_shared)) return CUDA_ERROR_INVALID_VALUE;
  if (parameters == nullptr) return CUDA_ERROR_INVALID_VALUE;
  const bool fits = block.x * block.y * block.z <= function.kernel->max_threads;
  return fits ? CUDA_SUCCESS : kLaunchOutOfResources;
}

// The parameters' bytes at the time of the launch, each aligned for every type.
struct Arguments {
  std::vector<std::unique_ptr<std::max_align_t[]>> bytes;
  std::vector<void*> pointers;

  Arguments(const std::vector<size_t>& sizes, void** from) {
    for (const size_t size : sizes) {
      bytes.emplace_back(new std::max_align_t[size / sizeof(std::max_align_t) + 1]);
      std::memcpy(bytes.back().get(), *from++, size);
      pointers.push_back(bytes.back().get());
    }
  }
};

Node LaunchNode(const std::shared_ptr<Function>& function, const Dim3& grid, const Dim3& block,
                size_t shared, void** parameters) {
  const HostKernel* const kernel = function->kernel;
  const auto arguments = std::make_shared<Arguments>(kernel->parameter_sizes, parameters);
  const auto module = function->module;
  return {{[=] {
            if (!module->live) return CUDA_ERROR_ILLEGAL_ADDRESS;
            kernel->run(grid, block, shared, arguments->pointers.data());
            return CUDA_SUCCESS;
          }},
          [kernel](Stream&) {
            ++TheState().launches[kernel->name];
            ++TheState().counters.launches;
          },
          Node::Kind::kLaunch};
}

}  // namespace

CUresult cuModuleLoadDataEx(CUmodule* handle, const void* image, unsigned, int*, void**) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    auto module = std::make_shared<Module>();
    module->device = call.device;
    module->image = FatbinAt(image);
    if (module->image.empty()) return CUDA_ERROR_INVALID_IMAGE;
    if (!HasCodeFor(module->image, call.current().kind)) return CUDA_ERROR_NO_BINARY_FOR_GPU;
    *handle = call.state.modules.add(std::move(module));
    return CUDA_SUCCESS;
  });
}

CUresult cuModuleUnload(CUmodule handle) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const CUresult refused = RefuseInCapture(&call);
    if (refused != CUDA_SUCCESS) return refused;
    const auto module = call.state.modules.find(handle);
    if (module == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    module->live = false;
    call.state.functions.erase_if(
        [&](const Function& function) { return function.module == module; });
    call.state.modules.erase(handle);
    return CUDA_SUCCESS;
  });
}

CUresult cuModuleGetFunction(CUfunction* handle, CUmodule module_handle, const char* name) {
  return ContextCall(__func__, [&](Call& call) {
    const auto module = call.state.modules.find(module_handle);
    if (module == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    const HostKernel* const kernel = FindHostKernel(name);
    if (kernel == nullptr || module->image.find(name) == std::string::npos) {
      return CUDA_ERROR_NOT_FOUND;
    }
    auto function = std::make_shared<Function>();
    function->module = module;
    function->device = module->device;
    function->kernel = kernel;
    *handle = call.state.functions.add(std::move(function));
    return CUDA_SUCCESS;
  });
}

CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction handle) {
  return ContextCall(__func__, [&](Call& call) {
    const auto function = call.state.functions.find(handle);
    if (function == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    switch (attribute) {
      case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = static_cast<int>(function->kernel->max_threads);
        return CUDA_SUCCESS;
      case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = 0;
        return CUDA_SUCCESS;
      case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *value = function->max_dynamic_shared;
        return CUDA_SUCCESS;
      default:
        return CUDA_ERROR_INVALID_VALUE;
    }
  });
}

CUresult cuFuncSetAttribute(CUfunction handle, int attribute, int value) {
  return ContextCall(__func__, [&](Call& call) {
    const auto function = call.state.functions.find(handle);
    if (function == nullptr) return CUDA_ERROR_INVALID_HANDLE;
    if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 ||
        value > call.current().kind.shared_optin) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    function->max_dynamic_shared = value;
    return CUDA_SUCCESS;
  });
}

CUresult cuLaunchKernel(CUfunction handle, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                        CUstream stream_handle, void** parameters, void** extra) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    const auto function = call.state.functions.find(handle);
    const auto stream = FindStream(&call, stream_handle);
    if (function == nullptr || stream == nullptr || function->device != call.device) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (extra != nullptr) return CUDA_ERROR_INVALID_VALUE;
    const Dim3 grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
    const CUresult refused = CheckLaunch(*function, grid, block, shared, parameters);
    if (refused != CUDA_SUCCESS) return refused;
    return Submit(stream.get(), LaunchNode(function, grid, block, shared, parameters));
  });
}

CUresult cuGraphExecKernelNodeSetParams_v2(CUgraphExec exec, CUgraphNode handle,
                                           const CUDA_KERNEL_NODE_PARAMS* launch) {
  return ContextCall(__func__, [&](Call& call) -> CUresult {
    Node* const node = FindNode(&call, exec, handle, Node::Kind::kLaunch);
    if (node == nullptr || launch == nullptr) return CUDA_ERROR_INVALID_VALUE;
    const auto function = call.state.functions.find(launch->func);
    if (function == nullptr || function->device != call.device) return CUDA_ERROR_INVALID_HANDLE;
    if (launch->extra != nullptr) return CUDA_ERROR_INVALID_VALUE;
    const Dim3 grid{launch->gridDimX, launch->gridDimY, launch->gridDimZ};
    const Dim3 block{launch->blockDimX, launch->blockDimY, launch->blockDimZ};
    const size_t shared = launch->sharedMemBytes;
    const CUresult refused = CheckLaunch(*function, grid, block, shared, launch->kernelParams);
    if (refused != CUDA_SUCCESS) return refused;
    Replace(node, LaunchNode(function, grid, block, shared, launch->kernelParams));
    return CUDA_SUCCESS;
  });
}

}  // namespace deeplab::cuda
