// Reading what lib/ hands over. lib/ has checked it; here only what memory safety needs is checked
// again, and a field of the wrong type is an error of ours (INTERNAL), not of the user's.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"

namespace deeplab::addon {

[[noreturn]] inline void BorderError(const char* field, const char* expected) {
  throw Error(ErrorCode::kInternal,
              std::string("Border: field ") + field + " must be " + expected + ".",
              {{"field", field}});
}

inline Napi::Object ReadObject(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsObject()) BorderError(field, "an object");
  return value.As<Napi::Object>();
}

inline std::string ReadString(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsString()) BorderError(field, "a string");
  return value.As<Napi::String>().Utf8Value();
}

inline bool ReadBool(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsBoolean()) BorderError(field, "a boolean");
  return value.As<Napi::Boolean>().Value();
}

inline double ReadNumber(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsNumber()) BorderError(field, "a number");
  return value.As<Napi::Number>().DoubleValue();
}

inline int ReadInt(Napi::Object from, const char* field) {
  const double value = ReadNumber(from, field);
  if (!(value >= INT32_MIN && value <= INT32_MAX) || value != static_cast<int>(value)) {
    BorderError(field, "a 32-bit integer");
  }
  return static_cast<int>(value);
}

inline Napi::Array ReadArray(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsArray()) BorderError(field, "an array");
  return value.As<Napi::Array>();
}

// A view of bytes, SharedArrayBuffers included; empty where it was detached.
inline Napi::Uint8Array AsBytes(const Napi::Value& value, const char* field) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    BorderError(field, "a Uint8Array");
  }
  return value.As<Napi::Uint8Array>();
}

inline Napi::Uint8Array ReadBytes(Napi::Object from, const char* field) {
  return AsBytes(from.Get(field), field);
}

// Whether the array lies in a SharedArrayBuffer, whose memory stays while the array does.
inline bool IsShared(const Napi::TypedArray& array) {
  napi_value buffer = nullptr;
  bool ordinary = true;
  napi_get_typedarray_info(array.Env(), array, nullptr, nullptr, nullptr, &buffer, nullptr);
  napi_is_arraybuffer(array.Env(), buffer, &ordinary);
  return !ordinary;
}

inline Napi::Float32Array ReadFloats(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsTypedArray() ||
      value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    BorderError(field, "a Float32Array");
  }
  return value.As<Napi::Float32Array>();
}

inline Napi::Uint16Array ReadShorts(Napi::Object from, const char* field) {
  const Napi::Value value = from.Get(field);
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint16_array) {
    BorderError(field, "a Uint16Array");
  }
  return value.As<Napi::Uint16Array>();
}

// Numbers that come in one array: a field of an object costs a look-up by name. Each is read once,
// in their order. The array is not to be touched by JavaScript meanwhile.
class Numbers {
 public:
  Numbers(Napi::Object from, const char* field) : field_(field) {
    const Napi::Value value = from.Get(field);
    if (!value.IsTypedArray() ||
        value.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
      BorderError(field, "a Float64Array");
    }
    const auto list = value.As<Napi::Float64Array>();
    next_ = list.Data();
    end_ = next_ + list.ElementLength();
  }

  size_t left() const noexcept { return static_cast<size_t>(end_ - next_); }

  double number() {
    if (next_ == end_) BorderError(field_, "longer");
    return *next_++;
  }

  int integer() {
    const double value = number();
    if (!(value >= INT32_MIN && value <= INT32_MAX) || value != static_cast<int>(value)) {
      BorderError(field_, "32-bit integers");
    }
    return static_cast<int>(value);
  }

  // A whole number from 0 that a double holds exactly.
  uint64_t id() {
    const double value = number();
    if (!(value >= 0 && value <= 9007199254740991.0)) BorderError(field_, "numbers of requests");
    return static_cast<uint64_t>(value);
  }

  // One of `count` values from 0.
  template <typename Enum>
  Enum choice(int count) {
    const int value = integer();
    if (value < 0 || value >= count) BorderError(field_, "numbers of what native knows");
    return static_cast<Enum>(value);
  }

 private:
  const char* field_;
  const double* next_ = nullptr;
  const double* end_ = nullptr;
};

// The entry of `names` that the string field equals, as its index.
template <size_t N>
int ReadChoice(Napi::Object from, const char* field, const char* const (&names)[N]) {
  const std::string value = ReadString(from, field);
  for (size_t i = 0; i < N; ++i) {
    if (value == names[i]) return static_cast<int>(i);
  }
  BorderError(field, "one of the names that native knows");
}

}  // namespace deeplab::addon
