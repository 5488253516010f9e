# Toolchain: 32-bit programs on x86-64 Linux, which run there as they are. `ci/deps --m32`
# provides what is needed; BROOD_CACHE in the environment says where the libraries are, as it
# does there.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER gcc)
# The kernel's headers are the same for both, and only the 64-bit ones are installed. GCC has
# aligned 64-bit atomics to 8 since version 11, and need not say so at every struct.
set(CMAKE_C_FLAGS_INIT "-m32 -idirafter /usr/include/x86_64-linux-gnu -Wno-psabi")

include("${CMAKE_CURRENT_LIST_DIR}/cache.cmake")
# APR's recipe says how its headers must be read here: with 64-bit file offsets.
set(ENV{PKG_CONFIG_LIBDIR} "${BROOD_CACHE_DIR}/m32/lib/pkgconfig")
set(CMAKE_FIND_ROOT_PATH "${BROOD_CACHE_DIR}/m32")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
