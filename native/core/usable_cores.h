// How much of the machine this process may use: what the sizes of thread pools default to.
#pragma once

#include <string>

namespace deeplab {

// Cores that the calling thread's affinity mask allows, two hardware threads of a core counted
// once, and no more than the control group's processor quota. At least 1. Where the system is not
// Linux: the number of hardware threads.
int UsablePhysicalCores();

// The same with every hardware thread counted.
int UsableHardwareThreads();

// Whole processors that a control group's cpu.max allows ("150000 100000" gives 2, rounded up);
// 0 when it sets no limit or cannot be read.
int ProcessorsOfQuota(const std::string& cpu_max);

}  // namespace deeplab
