# The CUDA kernels as a fatbin, put into kernel_image.cc. Needs no CUDA SDK, driver or GPU (docs/cuda-kernels.md).
#   -DDEEPLAB_CUDA_KERNELS=ON      compile them (the default for Linux): needs Node.js, and pip for the first time
#   -DDEEPLAB_CUDA_KERNELS=OFF     an addon without CUDA (the default elsewhere)
#   -DDEEPLAB_CUDA_KERNELS=FILE    a fatbin of the same sources, made before
# The environment variable of that name holds where CMake is not told.
set(DEEPLAB_CUDA_KERNELS "" CACHE STRING "CUDA kernels: ON, OFF or the path of a fatbin; empty: as the system has it")

set(_kernels "${DEEPLAB_CUDA_KERNELS}")
if(_kernels STREQUAL "")
  set(_kernels "$ENV{DEEPLAB_CUDA_KERNELS}")
endif()
if(_kernels STREQUAL "")
  set(_kernels OFF)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(_kernels ON)
  endif()
endif()

# DEEPLAB_CUDA_FATBIN: the file, or empty.
set(DEEPLAB_CUDA_FATBIN "")
string(TOUPPER "${_kernels}" _answer)
if(_answer MATCHES "^(ON|TRUE|YES|1)$")
  # A copy of native/ elsewhere is built by the checkout's scripts, whose cache it shares.
  set(DEEPLAB_SCRIPTS "${CMAKE_CURRENT_SOURCE_DIR}/scripts" CACHE PATH "The folder scripts/ of the checkout")
  set(DEEPLAB_CUDA_FATBIN "${CMAKE_CURRENT_BINARY_DIR}/kernels.fatbin")
  file(GLOB _sources CONFIGURE_DEPENDS native/*/*_cuda.cu native/*/*.h)
  file(GLOB _compiler CONFIGURE_DEPENDS ${DEEPLAB_SCRIPTS}/cuda/* ${DEEPLAB_SCRIPTS}/cuda/nvrtc-headers/*)
  list(FILTER _compiler EXCLUDE REGEX "nvrtc-headers$")
  add_custom_command(
    OUTPUT "${DEEPLAB_CUDA_FATBIN}"
    COMMAND node "${DEEPLAB_SCRIPTS}/cuda/make-kernels.mjs" "${CMAKE_CURRENT_SOURCE_DIR}/native"
      "${DEEPLAB_CUDA_FATBIN}"
    DEPENDS ${_sources} ${_compiler}
    COMMENT "CUDA kernels" VERBATIM)
elseif(NOT _answer MATCHES "^(OFF|FALSE|NO|0)$")
  get_filename_component(DEEPLAB_CUDA_FATBIN "${_kernels}" ABSOLUTE)
  if(NOT EXISTS "${DEEPLAB_CUDA_FATBIN}")
    message(FATAL_ERROR "DEEPLAB_CUDA_KERNELS: expected ON, OFF or the path of a fatbin, found “${_kernels}”, "
      "which is no file.")
  endif()
endif()

if(DEEPLAB_CUDA_FATBIN)
  set_source_files_properties(native/cuda/kernel_image.cc PROPERTIES
    COMPILE_DEFINITIONS "DEEPLAB_CUDA_FATBIN=\"${DEEPLAB_CUDA_FATBIN}\""
    OBJECT_DEPENDS "${DEEPLAB_CUDA_FATBIN}")
endif()
