// What the driver looks at in a fatbin before it takes code from it.
#pragma once

#include <string>

#include "device_kinds.h"

namespace deeplab::doubles {

// The whole fatbin that begins there, or an empty string where it is none.
std::string FatbinAt(const void* image);

// Whether it has machine code or PTX for the device.
bool HasCodeFor(const std::string& fatbin, const DeviceKind& device);

}  // namespace deeplab::doubles
