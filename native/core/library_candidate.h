// Where a vendor library may lie, and why a place was refused. TypeScript lists the places; who
// opens a library tries them in order and reports every one.
#pragma once

#include <string>

#include "core/error.h"

namespace deeplab {

// One place to look for a vendor library (see NativeLibraryCandidate in lib/native.ts).
struct LibraryCandidate {
  std::string library;  // which library: the name that its opener looks for
  std::string origin;   // who named the place, for messages
  std::string path;     // absolute, or a bare file name for the system's own search
};

// Why this path must not be given to the system's loader; empty when it may. A relative path is
// refused: it would load code from wherever the process was started.
std::string PathProblem(const std::string& path);

// Adds "origin: path: reason" as a pair whose key differs from those already there.
void AddRefusal(const LibraryCandidate& candidate, const std::string& reason, ErrorDetail* out);

}  // namespace deeplab
