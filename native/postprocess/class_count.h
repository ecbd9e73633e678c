// How many pixels of a row each class has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace deeplab::postprocess {

// Adds to counts[id], which has `known` entries; ids are id_bytes (1 or 2) wide. The ids may lie in
// memory that other threads of the caller write to: what they put there must not lead astray.
void CountIds(const void* ids, int id_bytes, int64_t count, int64_t* counts, size_t known) noexcept;

}  // namespace deeplab::postprocess
