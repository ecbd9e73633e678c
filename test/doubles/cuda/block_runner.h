// Runs a grid of device threads on one thread of the host, each as a fiber, so that a barrier is a
// switch to the next one.
#pragma once

#include <cstddef>
#include <functional>

#include "host_kernels.h"

namespace deeplab::doubles {

// `body` is called once for each thread of the grid, with CurrentPlace() its own. Aborts with
// a message where some threads of a block leave while others wait at a barrier.
void RunGrid(Dim3 grid, Dim3 block, size_t shared_bytes, const std::function<void()>& body);

}  // namespace deeplab::doubles
