// A network on ONNX Runtime, which computes what engines of the double give. Its options are those
// that the product's own CPU sessions have by default: with as many threads, the bits are the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace deeplab::doubles::trt {

// One end of a network. Element types are ONNX's numbers.
struct OnnxPort {
  std::string name;
  bool is_tensor = false;
  int32_t element = 0;
  std::vector<int64_t> dims;         // -1: open
  std::vector<std::string> symbols;  // of each dimension its name, where it is open and has one
};

// Memory of a tensor while a network runs.
struct OnnxTensor {
  const OnnxPort* port = nullptr;
  std::vector<int64_t> dims;
  void* data = nullptr;
  size_t bytes = 0;
};

enum class Effort { kDescribe, kRun };  // whether the graph is optimised

// Any number of threads may run one.
class OnnxSession {
 public:
  // Throws std::runtime_error with ONNX Runtime's words.
  OnnxSession(const std::string& model, Effort effort);
  ~OnnxSession();
  OnnxSession(const OnnxSession&) = delete;
  OnnxSession& operator=(const OnnxSession&) = delete;

  const std::vector<OnnxPort>& inputs() const noexcept;
  const std::vector<OnnxPort>& outputs() const noexcept;
  // Throws std::runtime_error.
  void run(const std::vector<OnnxTensor>& inputs, const std::vector<OnnxTensor>& outputs) const;
  // The shapes of all outputs for these of all inputs, found by a run over zeros.
  std::vector<std::vector<int64_t>> try_shapes(
      const std::vector<std::vector<int64_t>>& inputs) const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// Bytes of an element of ONNX's type; 0: a type that the double does not have.
size_t OnnxElementSize(int32_t element);

}  // namespace deeplab::doubles::trt
