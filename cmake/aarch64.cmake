# Toolchain: Linux programs for 64-bit ARM, run through QEMU, where memory is ordered more weakly
# than on x86. `ci/deps --aarch64` provides compiler, emulator and libraries; BROOD_CACHE in the
# environment says where the libraries are, as it does there.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
# The kernel counts the emulator's own thread among the program's.
set(CMAKE_C_FLAGS_INIT "-DBROOD_THREADS_OF_OTHERS=1u")
find_program(BROOD_QEMU qemu-aarch64 REQUIRED)
set(CMAKE_CROSSCOMPILING_EMULATOR "${BROOD_QEMU}" -L /usr/aarch64-linux-gnu)
# Programs of this tree start each other through it too, so that nothing need be registered with
# the kernel (binfmt_misc).
set(BROOD_EMULATE_EXEC ON)

include("${CMAKE_CURRENT_LIST_DIR}/cache.cmake")
set(CMAKE_FIND_ROOT_PATH "${BROOD_CACHE_DIR}/aarch64")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
