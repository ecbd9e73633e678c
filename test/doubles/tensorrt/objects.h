// How objects of TensorRT's are made: a handle for the user, with a pointer to what implements it.
#pragma once

#include <NvInfer.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "state.h"
#include "trt_defaults.h"

namespace deeplab::doubles::trt {

// What the user holds and deletes. `Implementation` has a member `owner` where its interface asks
// for the handle.
template <typename Interface, typename Implementation>
class Handle final : public Interface {
 public:
  template <typename... Arguments>
  explicit Handle(Arguments&&... arguments)
      : implementation_(std::forward<Arguments>(arguments)...) {
    this->mImpl = &implementation_;
  }
  Implementation& implementation() noexcept { return implementation_; }

 private:
  Implementation implementation_;
};

// An object that others came from, which it must outlive.
class Factory {
 public:
  // By its name with an article, for messages.
  explicit Factory(const char* kind) : kind_(kind) {}
  ~Factory() {
    const int left = *count_;
    if (left == 0) return;
    Misuse(std::string(kind_) + " was destroyed before " + std::to_string(left) +
           " object(s) that came from it");
  }
  Factory(const Factory&) = delete;
  Factory& operator=(const Factory&) = delete;

 private:
  friend class Product;
  const char* const kind_;
  const std::shared_ptr<std::atomic<int>> count_ = std::make_shared<std::atomic<int>>(0);
};

// An object that came from another. Where that is gone it does no harm.
class Product {
 public:
  explicit Product(const Factory& from) : count_(from.count_) { ++*count_; }
  ~Product() { --*count_; }
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

 private:
  const std::shared_ptr<std::atomic<int>> count_;
};

// Bytes for the user: a plan, a timing cache.
class HostMemory final : public HostMemoryDefaults {
 public:
  explicit HostMemory(std::string bytes) : bytes_(std::move(bytes)) {}
  void* data() const noexcept override { return const_cast<char*>(bytes_.data()); }
  std::size_t size() const noexcept override { return bytes_.size(); }
  DataType type() const noexcept override { return DataType::kINT8; }

 private:
  const Alive alive_{"host memory"};
  const std::string bytes_;
};
using HostMemoryHandle = Handle<nvinfer1::IHostMemory, HostMemory>;

}  // namespace deeplab::doubles::trt
