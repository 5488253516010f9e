# CMocka as CMocka::CMocka. Its own CMake files name a library that does not exist on MinGW, so
# the header and the library are looked for.
include(FindPackageHandleStandardArgs)

find_path(CMOCKA_INCLUDE_DIR cmocka.h)
find_library(CMOCKA_LIBRARY NAMES cmocka-static cmocka)

find_package_handle_standard_args(CMocka
    REQUIRED_VARS CMOCKA_LIBRARY CMOCKA_INCLUDE_DIR
    REASON_FAILURE_MESSAGE "ci/deps installs it")

if(CMocka_FOUND AND NOT TARGET CMocka::CMocka)
    add_library(CMocka::CMocka UNKNOWN IMPORTED)
    set_target_properties(CMocka::CMocka PROPERTIES
        IMPORTED_LOCATION "${CMOCKA_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${CMOCKA_INCLUDE_DIR}")
endif()
mark_as_advanced(CMOCKA_INCLUDE_DIR CMOCKA_LIBRARY)
