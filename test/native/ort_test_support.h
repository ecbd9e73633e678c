// Shared by the tests of the ONNX Runtime backend: where things lie, and short ways to open them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.h"
#include "infer/backend.h"
#include "infer/ort_library.h"

namespace deeplab::infer::testing_support {

inline std::filesystem::path TestFolder() {
  return std::filesystem::path(__FILE__).parent_path().parent_path();
}

// The library under test: what DEEPLAB_TEST_ORT names, else the development dependency's.
inline std::string OrtPath() {
  const char* path = std::getenv("DEEPLAB_TEST_ORT");
  if (path != nullptr && *path != '\0') return path;
#if defined(__aarch64__)
  const char* const arch = "arm64";
#else
  const char* const arch = "x64";
#endif
  const auto package = TestFolder().parent_path() / "node_modules" / "onnxruntime-node";
  return (package / "bin" / "napi-v6" / "linux" / arch / "libonnxruntime.so.1").string();
}

inline std::string NetworkPath(const std::string& name) {
  return (TestFolder() / "fixtures" / "onnx" / (name + ".onnx")).string();
}

inline std::vector<uint8_t> ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void WriteText(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// A folder of its own, gone at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "deeplab-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline LibraryCandidate Candidate(const std::string& path, const std::string& origin = "test") {
  return {kOrtLibraryName, origin, path};
}

inline OpenRequest RequestFor(const std::string& network) {
  OpenRequest request;
  request.package_format = "onnx";
  request.device = "auto";
  request.weights_path = NetworkPath(network);
  request.candidates = {Candidate(OrtPath())};
  request.session.intra_op_threads = 1;
  request.max_batch = 4;
  return request;
}

inline std::unique_ptr<Session> OpenSession(const OpenRequest& request) {
  std::string reason;
  return Open(request, &reason);
}

inline std::unique_ptr<Session> OpenNetwork(const std::string& network) {
  return OpenSession(RequestFor(network));
}

// Runs `action`, which must throw an Error with this code, and returns that error.
template <class Action>
Error ExpectError(ErrorCode code, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << CodeName(error.code()) << ": " << error.what();
    return error;
  }
  ADD_FAILURE() << "nothing was thrown; expected " << CodeName(code);
  return {code, "nothing was thrown"};
}

// The value of one pair of error.detail, or "(absent)".
inline std::string Detail(const Error& error, const std::string& key) {
  for (const auto& [name, value] : error.detail()) {
    if (name == key) return value;
  }
  return "(absent)";
}

// The library under test, as the backend sees it.
inline const OrtLibrary& LibraryUnderTest() {
  const OrtSearch search = FindOrtLibrary({Candidate(OrtPath())});
  if (search.library == nullptr) throw std::runtime_error(DescribeFailure(search));
  return *search.library;
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace deeplab::infer::testing_support
