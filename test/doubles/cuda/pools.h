// Accounts of the device's memory: what pools hold, and what goes back.
#pragma once

#include "calls.h"

namespace deeplab::doubles {

void CountAllocation(size_t size);
// Device, pooled or managed memory goes back, now.
void FreeDeviceRange(const std::shared_ptr<Range>& range);

// Room for `size` bytes in the pool; false where neither it nor the device has that.
bool Take(Pool* pool, size_t size);
// The pool keeps no more than `keep` bytes beside what is in use.
void Trim(Pool* pool, size_t keep);
// What the driver does whenever somebody waited for a stream or an event: pools shrink to their
// release threshold.
void TrimAfterWait(int device);

}  // namespace deeplab::doubles
