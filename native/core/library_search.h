// Opening a vendor library: its places in order, each file once for the process, and what to say
// where none of them serves.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/library_candidate.h"
#include "core/native_path.h"
#include "core/shared_library.h"

namespace deeplab {

// What a search found. `refused` has one pair for each place that was refused before it.
template <typename Library>
struct LibrarySearch {
  const Library* library = nullptr;  // null: none of the places has a usable library
  std::string origin;
  ErrorDetail refused;
  // Of those, the files that are there: worth saying even where another place served.
  ErrorDetail unusable;
};

// Tries the candidates of this name in order and stops at the first that `open(path)` takes; what
// it throws is why a place was refused.
template <typename Library, typename Open>
LibrarySearch<Library> SearchLibrary(const std::vector<LibraryCandidate>& candidates,
                                     const char* name, const Open& open) {
  LibrarySearch<Library> search;
  for (const LibraryCandidate& candidate : candidates) {
    if (candidate.library != name) continue;
    try {
      search.library = open(candidate.path);
      search.origin = candidate.origin;
      return search;
    } catch (const Error& error) {
      AddRefusal(candidate, error.what(), &search.refused);
      std::error_code ignored;
      const bool there = std::filesystem::exists(PathFromUtf8(candidate.path), ignored);
      if (there) AddRefusal(candidate, error.what(), &search.unusable);
    }
  }
  return search;
}

// The libraries of one kind that are open, by the loader's handle: one file has one handle, by
// whatever path it is named. They stay for the process. Any thread.
template <typename Library>
class OpenedLibraries {
 public:
  // `make(handle, path)` makes what is kept of a file that is opened for the first time. Throws
  // what it throws, and Error{kBackendUnavailable} where the loader refuses the path.
  template <typename Make>
  const Library* open(const std::string& path, const Make& make) {
    const std::string problem = PathProblem(path);
    if (!problem.empty()) throw Error(ErrorCode::kBackendUnavailable, problem);
    const std::lock_guard<std::mutex> lock(mutex_);
    std::string error;
    void* const handle = OpenSharedLibrary(path, &error);
    if (handle == nullptr) throw Error(ErrorCode::kBackendUnavailable, error);
    std::unique_ptr<Library>& entry = by_handle_[handle];
    if (entry == nullptr) entry = make(handle, path);
    return entry.get();
  }

 private:
  std::mutex mutex_;
  std::map<void*, std::unique_ptr<Library>> by_handle_;
};

// The file that an address of a library comes from; the path that it was opened by where the system
// cannot tell.
inline std::string LibraryFile(const void* address, const std::string& path) {
  const std::string file = FileOfAddress(address);
  return file.empty() ? path : file;
}

// "TensorRT cannot be used: …", with what each place has instead.
std::string DescribeRefusals(const std::string& what, const ErrorDetail& refused);

}  // namespace deeplab
