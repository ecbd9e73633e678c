// Own declarations of TensorRT 10's C++ interface, part 1: plain types, and the shape that all its
// objects have. Only what this project calls, as far as every 10.3 and later has it; the addon is
// built without NVIDIA's headers. test/tensorrt-abi compares every line of it with them.
//
// How TensorRT's objects are made: what a user holds is a virtual-table pointer (a destructor and
// nothing else) and a pointer to an implementation. All methods are virtual ones of the latter.
// Within one major version, methods are only added at the end of that table, so the place of a
// method, its slot, is the interface. Slots 0 and 1 are the destructor's (g++ and clang; MSVC has
// one slot for it, and everything is one slot lower, for NVIDIA and for us alike).
//
// Slots that are not called are filled by methods of names that no one would call. Where TensorRT
// has two methods of one name they are declared as such: MSVC lays them out side by side.
#pragma once

#include <cstddef>
#include <cstdint>

#define DEEPLAB_TRT_SKIP(slot) virtual void unused_##slot() noexcept = 0
#define DEEPLAB_TRT_SKIP2(a, b) \
  DEEPLAB_TRT_SKIP(a);          \
  DEEPLAB_TRT_SKIP(b)
#define DEEPLAB_TRT_SKIP3(a, b, c) \
  DEEPLAB_TRT_SKIP2(a, b);         \
  DEEPLAB_TRT_SKIP(c)
#define DEEPLAB_TRT_SKIP4(a, b, c, d) \
  DEEPLAB_TRT_SKIP2(a, b);            \
  DEEPLAB_TRT_SKIP2(c, d)

namespace deeplab::infer::trt {

constexpr int kMaxDims = 8;

// -1 in a dimension: it is dynamic. A `rank` of -1: there is no such tensor, or it has no shape
// yet.
struct Dims {
  int32_t rank;
  int64_t size[kMaxDims];
};

// X(name of ours, NVIDIA's name, value), for the enumerations and for their test.
#define DEEPLAB_TRT_DATA_TYPES(X) \
  X(kFloat, kFLOAT, 0)            \
  X(kHalf, kHALF, 1)              \
  X(kInt8, kINT8, 2)              \
  X(kInt32, kINT32, 3)            \
  X(kBool, kBOOL, 4)              \
  X(kUint8, kUINT8, 5)            \
  X(kFp8, kFP8, 6)                \
  X(kBf16, kBF16, 7)              \
  X(kInt64, kINT64, 8)            \
  X(kInt4, kINT4, 9)

#define DEEPLAB_TRT_TENSOR_MODES(X) \
  X(kNone, kNONE, 0)                \
  X(kInput, kINPUT, 1)              \
  X(kOutput, kOUTPUT, 2)

#define DEEPLAB_TRT_TENSOR_LOCATIONS(X) \
  X(kDevice, kDEVICE, 0)                \
  X(kHost, kHOST, 1)

// Only the plain one is named: every other order of elements is refused.
#define DEEPLAB_TRT_TENSOR_FORMATS(X) X(kLinear, kLINEAR, 0)

#define DEEPLAB_TRT_PROFILE_SELECTORS(X) \
  X(kMin, kMIN, 0)                       \
  X(kOpt, kOPT, 1)                       \
  X(kMax, kMAX, 2)

#define DEEPLAB_TRT_CONTEXT_MEMORY(X)        \
  X(kStatic, kSTATIC, 0)                     \
  X(kOnProfileChange, kON_PROFILE_CHANGE, 1) \
  X(kUserManaged, kUSER_MANAGED, 2)

#define DEEPLAB_TRT_HARDWARE_LEVELS(X) \
  X(kNone, kNONE, 0)                   \
  X(kAmperePlus, kAMPERE_PLUS, 1)

#define DEEPLAB_TRT_ENUMERATOR(own, vendors, value) own = (value),
enum class DataType : int32_t { DEEPLAB_TRT_DATA_TYPES(DEEPLAB_TRT_ENUMERATOR) };
enum class TensorIOMode : int32_t { DEEPLAB_TRT_TENSOR_MODES(DEEPLAB_TRT_ENUMERATOR) };
enum class TensorLocation : int32_t { DEEPLAB_TRT_TENSOR_LOCATIONS(DEEPLAB_TRT_ENUMERATOR) };
enum class TensorFormat : int32_t { DEEPLAB_TRT_TENSOR_FORMATS(DEEPLAB_TRT_ENUMERATOR) };
enum class OptProfileSelector : int32_t { DEEPLAB_TRT_PROFILE_SELECTORS(DEEPLAB_TRT_ENUMERATOR) };
// Who allocates the memory of a context's activations.
enum class ContextMemory : int32_t { DEEPLAB_TRT_CONTEXT_MEMORY(DEEPLAB_TRT_ENUMERATOR) };
enum class HardwareLevel : int32_t { DEEPLAB_TRT_HARDWARE_LEVELS(DEEPLAB_TRT_ENUMERATOR) };

// What an implementation's table begins with.
struct Implementation {
  virtual ~Implementation() noexcept = default;
};

// What TensorRT hands out. Deleting it runs TensorRT's own destructor and frees by its own
// allocator; std::unique_ptr is its owner. Nothing of this kind is ever made or copied by us.
template <typename Methods>
class Object {
 public:
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  virtual ~Object() = default;

  // runtime->setMaxThreads(2), on an object or, as (*engine)->…, through a pointer.
  Methods* operator->() const noexcept { return methods_; }

 protected:
  Object() = default;

 private:
  Methods* methods_ = nullptr;
};

}  // namespace deeplab::infer::trt
