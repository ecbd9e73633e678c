// The only file that knows the system's dynamic loader.
#include "core/shared_library.h"

#include "core/native_path.h"

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <system_error>
#else
#include <dlfcn.h>
#endif

namespace deeplab {

#if defined(_WIN32)

void* OpenSharedLibrary(const std::string& path, std::string* error) {
  const std::filesystem::path native = PathFromUtf8(path);
  // The altered search path lets the library's own dependencies lie beside it.
  const DWORD flags = native.is_absolute() ? LOAD_WITH_ALTERED_SEARCH_PATH : 0;
  void* library = LoadLibraryExW(native.c_str(), nullptr, flags);
  if (library == nullptr) {
    *error = std::system_category().message(static_cast<int>(GetLastError()));
  }
  return library;
}

void* FindSymbol(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}

static HMODULE ModuleOf(const void* address, DWORD flags) {
  HMODULE module = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | flags, static_cast<LPCWSTR>(address),
                     &module);
  return module;
}

std::string FileOfAddress(const void* address) {
  wchar_t file[4096];
  const HMODULE module = ModuleOf(address, GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT);
  if (module == nullptr || GetModuleFileNameW(module, file, 4096) == 0) return "";
  return std::filesystem::path(file).u8string();
}

void PinLibraryOf(const void* address) { ModuleOf(address, GET_MODULE_HANDLE_EX_FLAG_PIN); }

#else

void* OpenSharedLibrary(const std::string& path, std::string* error) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* text = dlerror();
    *error = text != nullptr ? text : "the system's loader gave no reason";
  }
  return library;
}

void* FindSymbol(void* library, const char* name) { return dlsym(library, name); }

std::string FileOfAddress(const void* address) {
  Dl_info info;
  if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "";
  return info.dli_fname;
}

void PinLibraryOf(const void* address) {
  // RTLD_NOLOAD: fails for the main program, which stays anyway; RTLD_NODELETE does the pinning.
  const std::string file = FileOfAddress(address);
  if (!file.empty()) dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

#endif

}  // namespace deeplab
