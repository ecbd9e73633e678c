// std::condition_variable as older libstdc++ has it. GCC 12 gave wait() a new symbol version
// (GLIBCXX_3.4.30); asking for the one that has been there since 3.4.11 keeps the prebuilt addon
// loadable where libstdc++ is that of GCC 11. Include this instead of <condition_variable>.
#pragma once

#include <condition_variable>

#if defined(__linux__) && defined(__GLIBCXX__) && defined(_GLIBCXX_RELEASE)
#if _GLIBCXX_RELEASE >= 12
__asm__(
    ".symver _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE,"
    "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE@GLIBCXX_3.4.11");
#endif
#endif
