// Memory that JavaScript sees and native code holds on to by itself, known by its address: pictures
// that a model allocated, results, and memory of callers that is registered with a device. Work
// that uses it in place holds it until it is done, whatever becomes of the array meanwhile.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace deeplab {

// One range, on the process's list for as long as anybody holds it. Any thread.
class HeldMemory {
 public:
  // kOwned: the memory lives as long as its holders, and whoever has it as pixels leaves it as it
  // is while they are read. kResult: it lives likewise, but is the user's to change: as pixels it
  // is copied like any other. kRegistered: only what was done with it lives as long as its holders;
  // the memory itself has another owner, who outlives them.
  enum class Kind { kOwned, kResult, kRegistered };

  // `owner`: what holding on to the range means; goes with the last holder. Ranges that are owned
  // or results lie apart, registered ones may lie over each other.
  static std::shared_ptr<HeldMemory> Enter(const void* data, size_t size, Kind kind,
                                           std::shared_ptr<const void> owner);

  using Holds = std::vector<std::shared_ptr<const HeldMemory>>;
  // Adds every range that covers all of these bytes. True where one of them is owned: the bytes
  // stay, even if JavaScript lets go of them or transfers them.
  static bool Hold(const void* data, size_t bytes, Holds* holds);
  // What Hold() would answer.
  static bool IsOwned(const void* data, size_t bytes);
  // The owned range or the result that covers all of these bytes, for reading what is in it; null
  // where there is none.
  static std::shared_ptr<const HeldMemory> HoldToRead(const void* data, size_t bytes);

  HeldMemory(const HeldMemory&) = delete;
  HeldMemory& operator=(const HeldMemory&) = delete;
  ~HeldMemory();

 private:
  HeldMemory(const void* data, Kind kind, std::shared_ptr<const void> owner) noexcept;

  const void* const data_;
  const Kind kind_;
  const std::shared_ptr<const void> owner_;
};

}  // namespace deeplab
