// Finding and opening the CUDA driver's library. It is opened when first asked for, stays for the
// process, and one file is opened once. Any thread may call everything here.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "core/library_search.h"
#include "cuda/driver_api.h"

namespace deeplab::cuda {

constexpr const char* kDriverLibrary = "cuda";  // LibraryCandidate::library
// The first whose kernels may have more than 4 KB of parameters, as those of a whole batch have.
constexpr int kMinDriverVersion = 12010;

// "12.6" of 12060, as NVIDIA writes it.
std::string VersionText(int version);

// A usable driver: cuInit() went well and there is a device. Never destroyed.
struct Driver {
  DriverApi api;
  std::string path;
  int version = 0;  // of the CUDA that it supports: 12060 is 12.6
  int device_count = 0;

  // "CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access was encountered)".
  std::string describe(CUresult result) const;
  bool has_memory_pools() const noexcept;
};

using DriverSearch = LibrarySearch<Driver>;

// Tries the candidates named "cuda" in order and stops at the first usable one. Creates no context.
// A place that was refused is tried again by the next search.
DriverSearch FindDriver(const std::vector<LibraryCandidate>& candidates);

// Says that no place has a usable driver, and what each has instead.
std::string DescribeFailure(const DriverSearch& search);

}  // namespace deeplab::cuda
