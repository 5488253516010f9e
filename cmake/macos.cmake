# Toolchain: macOS programs by a cross compiler, to check that they compile and link against
# Apple's symbol lists; they cannot be run here. `ci/deps --macos` provides the compiler and
# the libraries; BROOD_CACHE in the environment says where, as it does there.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)

include("${CMAKE_CURRENT_LIST_DIR}/cache.cmake")
set(CMAKE_C_COMPILER "${BROOD_CACHE_DIR}/zig-bin/cc")
set(CMAKE_CXX_COMPILER "${BROOD_CACHE_DIR}/zig-bin/c++")
set(CMAKE_AR "${BROOD_CACHE_DIR}/zig-bin/ar" CACHE FILEPATH "")
set(CMAKE_RANLIB "${BROOD_CACHE_DIR}/zig-bin/ranlib" CACHE FILEPATH "")
# Nothing is installed from such a build, so nothing needs renaming.
set(CMAKE_INSTALL_NAME_TOOL "${CMAKE_COMMAND}" CACHE FILEPATH "")

set(CMAKE_FIND_ROOT_PATH "${BROOD_CACHE_DIR}/macos")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
