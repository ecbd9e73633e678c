// Shapes, element types and non-owning views of tensors. Always NCHW, always dense.
#pragma once

#include <cstddef>
#include <cstdint>

namespace deeplab {

enum class DataType { kFloat32, kFloat16 };

inline size_t ByteSize(DataType type) noexcept { return type == DataType::kFloat32 ? 4 : 2; }
inline const char* Name(DataType type) noexcept {
  return type == DataType::kFloat32 ? "float32" : "float16";
}

// Extents of one image's planes: K classes (or 3 colours) of height × width.
struct PlaneShape {
  int64_t channels = 0;
  int64_t height = 0;
  int64_t width = 0;

  size_t elements() const noexcept {
    return static_cast<size_t>(channels) * static_cast<size_t>(height) * static_cast<size_t>(width);
  }
  bool operator==(const PlaneShape& o) const noexcept {
    return channels == o.channels && height == o.height && width == o.width;
  }
  bool operator!=(const PlaneShape& o) const noexcept { return !(*this == o); }
};

// What a model says of its input or output. -1 is a dimension that it leaves open.
struct TensorSpec {
  DataType type = DataType::kFloat32;
  int64_t batch = -1;
  int64_t channels = -1;
  int64_t height = -1;
  int64_t width = -1;
};

// One image's planes inside somebody else's memory; the owner outlives the view.
struct ConstPlanes {
  const void* data = nullptr;
  DataType type = DataType::kFloat32;
  PlaneShape shape;
};

struct MutablePlanes {
  void* data = nullptr;
  DataType type = DataType::kFloat32;
  PlaneShape shape;
};

}  // namespace deeplab
