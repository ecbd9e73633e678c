#include "core/library_candidate.h"

#include <filesystem>

#include "core/library_search.h"

namespace deeplab {

std::string PathProblem(const std::string& path) {
  if (path.empty()) return "the path is empty";
  if (path.find('\0') != std::string::npos) return "the path has a zero character";
  const std::filesystem::path native = PathFromUtf8(path);
  if (!native.is_absolute() && native.has_parent_path()) {
    return "expected an absolute path or a bare file name, found a relative path";
  }
  return "";
}

void AddRefusal(const LibraryCandidate& candidate, const std::string& reason, ErrorDetail* out) {
  std::string key = candidate.origin;
  int repeat = 1;
  for (const auto& [origin, unused] : *out) {
    if (origin == key) key = candidate.origin + " (" + std::to_string(++repeat) + ")";
  }
  const bool named = reason.compare(0, candidate.path.size(), candidate.path) == 0;
  out->emplace_back(key,
                    named && !candidate.path.empty() ? reason : candidate.path + ": " + reason);
}

std::string DescribeRefusals(const std::string& what, const ErrorDetail& refused) {
  if (refused.empty()) {
    return what + " cannot be used: no place to look for its library was given.";
  }
  std::string text = what + " cannot be used: none of the places tried has a usable library";
  const char* separator = ": ";
  for (const auto& [origin, reason] : refused) {
    text += separator + origin + ": " + reason;
    separator = "; ";
  }
  return text;
}

}  // namespace deeplab
