// Opening vendor libraries at run time: dlopen, or LoadLibrary on Windows. Nothing is ever closed:
// such libraries own threads and exit handlers that must not outlive their code.
#pragma once

#include <string>

namespace deeplab {

// Opens an absolute path, or a bare file name by the system's search; symbols stay local to it.
// Null on failure, with the system's own words in `error`. The same file gives the same handle.
void* OpenSharedLibrary(const std::string& path, std::string* error);

// Null when the library has no such symbol.
void* FindSymbol(void* library, const char* name);

// UTF-8 path of the file that holds this address; empty when the system cannot tell.
std::string FileOfAddress(const void* address);

// Keeps the library (or addon) that holds this address loaded until the process ends. Node unloads
// an addon with the last Worker that used it; code that others may still call must not leave.
void PinLibraryOf(const void* address);

}  // namespace deeplab
