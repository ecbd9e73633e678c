// What the environment and the control functions set.
#pragma once

#include <string>

#include "state.h"

namespace deeplab::doubles {

// Gives the double these devices; false where a kind is unknown.
bool SetDevices(const std::string& kinds);
// The n-th call from now fails; false where there is no such function.
bool AddFailure(const std::string& function, uint64_t nth, CUresult result);
// As the environment has it. Ends the process with a message where a value means nothing.
void ReadEnvironment();

// Counters and what is alive, as JSON.
std::string Report();

}  // namespace deeplab::doubles
