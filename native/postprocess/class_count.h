// How many pixels of a row each class has.
#pragma once

#include <cstdint>

namespace deeplab::postprocess {

// Adds to counts[id]; ids are id_bytes (1 or 2) wide.
void CountIds(const void* ids, int id_bytes, int64_t count, int64_t* counts) noexcept;

}  // namespace deeplab::postprocess
