// The double of the CUDA driver: modules, the limits of a launch, and the product's overlay kernel
// run through it.
#include <cstring>

#include "cuda/kernel_image.h"
#include "cuda_double.h"
#include "visualize/overlay_cuda.h"

namespace deeplab::cuda {
namespace {

using deeplab::test::CudaDouble;
using visualize::CudaOverlay;

constexpr int kWidth = 40, kHeight = 9;
constexpr size_t kPixels = kWidth * kHeight;

// A fatbin with nothing but an empty piece of machine code and a kernel's name.
std::string FatbinFor(uint32_t architecture, const std::string& name) {
  struct Image {
    uint32_t mark = 0xba55ed50;
    uint16_t version = 1, header_bytes = 16;
    uint64_t following_bytes = 0;
    uint16_t kind = 2, entry_version = 0x101;
    uint32_t entry_header_bytes = 64;
    uint64_t code_bytes = 0;
    uint32_t unused[3] = {};
    uint32_t architecture = 0;
    uint64_t rest[4] = {};
  } image;
  static_assert(sizeof image == 16 + 64);
  image.following_bytes = 64 + name.size();
  image.code_bytes = name.size();
  image.architecture = architecture;
  return std::string(reinterpret_cast<const char*>(&image), sizeof image) + name;
}

class CudaDoubleKernels : public CudaDouble {
 protected:
  void SetUp() override {
    CudaDouble::SetUp();
    stream_ = stream();
    const std::string image = FatbinFor(75, visualize::kCudaOverlay);
    ASSERT_EQ(api().ModuleLoadDataEx.call(&module_, image.data(), 0, nullptr, nullptr), 0);
    ASSERT_EQ(api().ModuleGetFunction.call(&function_, module_, visualize::kCudaOverlay), 0);
    job_.pixels = filled<uint8_t>(10, kPixels);
    job_.ids = filled<uint8_t>(0, kPixels);
    job_.colors = filled<uint32_t>(0, 4);
    job_.rgba = filled<uint32_t>(0, 4 * kPixels);
    job_.stride = job_.width = kWidth;
    job_.height = kHeight;
    job_.color_count = job_.step = job_.id_bytes = 1;
  }
  // Device memory with this byte everywhere, as kernels' parameters have it.
  template <typename T>
  T* filled(unsigned char value, size_t size) {
    const CUdeviceptr at = memory(size);
    EXPECT_EQ(api().MemsetD8Async.call(at, value, size, stream_), 0);
    return reinterpret_cast<T*>(at);
  }
  CUresult launch(unsigned block_y = 8, unsigned shared = 0, unsigned grid_y = 2) {
    void* parameters[] = {&job_};
    return api().LaunchKernel.call(function_, 2, grid_y, 1, 32, block_y, 1, shared, stream_,
                                   parameters, nullptr);
  }
  CUstream stream_ = nullptr;
  CUmodule module_ = nullptr;
  CUfunction function_ = nullptr;
  CudaOverlay job_{};
};

TEST_F(CudaDoubleKernels, RunsTheProductsKernel) {
  EXPECT_EQ(launch(), 0);
  std::memset(static_cast<void*>(&job_), 0xff, sizeof job_);  // they were copied at the launch
  EXPECT_EQ(api().StreamSynchronize.call(stream_), 0);
  EXPECT_EQ(control().launches(visualize::kCudaOverlay), 1u);
}

TEST_F(CudaDoubleKernels, WritesWhatTheKernelWrites) {
  const auto rgba = reinterpret_cast<CUdeviceptr>(job_.rgba);
  EXPECT_EQ(launch(), 0);
  std::vector<uint32_t> out(kPixels);
  EXPECT_EQ(api().MemcpyDtoHAsync.call(out.data(), rgba, 4 * kPixels, stream_), 0);
  for (const uint32_t pixel : out) EXPECT_EQ(pixel & 0xffffffu, 0x0a0a0au);
}

TEST_F(CudaDoubleKernels, AKernelsWrongAddressLosesTheContext) {
  job_.colors = reinterpret_cast<const uint32_t*>(control().host_address(
      reinterpret_cast<CUdeviceptr>(job_.colors)));  // the host's pointer is none of the device's
  EXPECT_EQ(launch(), 0);
  EXPECT_EQ(api().StreamSynchronize.call(stream_), CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(CudaDoubleKernels, AFreeThatDoesNotWaitIsTheKernelsFault) {
  control().hold(1);
  EXPECT_EQ(launch(), 0);
  EXPECT_EQ(api().MemFree.call(reinterpret_cast<CUdeviceptr>(job_.pixels)), 0);
  control().hold(0);
  EXPECT_EQ(api().StreamSynchronize.call(stream_), CUDA_ERROR_ILLEGAL_ADDRESS);
}

TEST_F(CudaDoubleKernels, RefusesLaunchesBeyondTheLimits) {
  EXPECT_EQ(launch(16), 701);                       // more threads than the kernel was built for
  EXPECT_EQ(launch(64), CUDA_ERROR_INVALID_VALUE);  // than any block has
  EXPECT_EQ(launch(0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(8, 0, 65536), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(8, (48 << 10) + 1), CUDA_ERROR_INVALID_VALUE);
  const int asked = CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
  EXPECT_EQ(api().FuncSetAttribute.call(function_, asked, (64 << 10) + 1),
            CUDA_ERROR_INVALID_VALUE);  // a T4 has no more
  EXPECT_EQ(api().FuncSetAttribute.call(function_, asked, 64 << 10), 0);
  EXPECT_EQ(launch(8, (48 << 10) + 1), 0);
  EXPECT_EQ(control().launches(visualize::kCudaOverlay), 1u);
}

TEST_F(CudaDoubleKernels, AnUnloadedModulesFunctionsAreGone) {
  EXPECT_EQ(api().ModuleUnload.call(module_), 0);
  EXPECT_EQ(launch(), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(CudaDoubleKernels, TakesOnlyImagesForItsDevice) {
  const auto load = [&](const std::string& image) {
    CUmodule module = nullptr;
    return api().ModuleLoadDataEx.call(&module, image.data(), 0, nullptr, nullptr);
  };
  EXPECT_EQ(load(std::string(64, 'x')), CUDA_ERROR_INVALID_IMAGE);
  EXPECT_EQ(load(FatbinFor(80, "k")), CUDA_ERROR_NO_BINARY_FOR_GPU);  // a T4 is 7.5
  EXPECT_EQ(load(FatbinFor(75, "k")), 0);
  CUfunction none = nullptr;
  EXPECT_EQ(api().ModuleGetFunction.call(&none, module_, "deeplab_postprocess_f32"),
            CUDA_ERROR_NOT_FOUND);  // built for the host, but not in the image
}

// Every device that the double can be takes the fatbin of this build.
TEST_F(CudaDoubleKernels, LoadsTheProductsFatbin) {
  const KernelImage image = EmbeddedKernels();
  if (image.size == 0) return;  // built without kernels, see the DEEPLAB_CUDA_KERNELS option
  for (const char* const kind : {"T4", "A100", "L4", "H100", "Orin"}) {
    ASSERT_EQ(control().reset(kind), 1);
    ASSERT_EQ(api().Init.call(0), 0);
    ASSERT_EQ(api().DevicePrimaryCtxRetain.call(&context_, 0), 0);
    ASSERT_EQ(api().CtxPushCurrent.call(context_), 0);
    EXPECT_EQ(api().ModuleLoadDataEx.call(&module_, image.data, 0, nullptr, nullptr), 0) << kind;
    EXPECT_EQ(api().ModuleGetFunction.call(&function_, module_, visualize::kCudaOverlay), 0);
  }
}

}  // namespace
}  // namespace deeplab::cuda
