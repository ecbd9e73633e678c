// What belongs to a device's primary context, and goes with it.
#pragma once

#include "calls.h"

namespace deeplab::doubles {

// Drops what the device's streams still have, waits for what runs, and forgets every object of the
// device; they are counted as abandoned.
void DestroyContext(Call* call, int device);

// How many objects are alive, by kind.
std::vector<std::pair<std::string, size_t>> LiveObjects();

}  // namespace deeplab::doubles
