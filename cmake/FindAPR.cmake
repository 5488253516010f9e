# The Apache Portable Runtime as APR::APR.
include(FindPackageHandleStandardArgs)

# pkg-config speaks of this machine, unless a toolchain file has led it to another's recipes.
if(NOT CMAKE_CROSSCOMPILING OR DEFINED ENV{PKG_CONFIG_LIBDIR})
    find_package(PkgConfig QUIET)
    if(PKG_CONFIG_FOUND)
        pkg_check_modules(PC_APR QUIET apr-1)
    endif()
endif()

find_path(APR_INCLUDE_DIR apr.h HINTS ${PC_APR_INCLUDE_DIRS} PATH_SUFFIXES apr-1 apr-1.0)
find_library(APR_LIBRARY NAMES apr-1 libapr-1 HINTS ${PC_APR_LIBRARY_DIRS})

if(APR_INCLUDE_DIR AND EXISTS "${APR_INCLUDE_DIR}/apr_version.h")
    file(STRINGS "${APR_INCLUDE_DIR}/apr_version.h" apr_lines
        REGEX "^#define[ \t]+APR_(MAJOR|MINOR|PATCH)_VERSION[ \t]+[0-9]+")
    list(TRANSFORM apr_lines REPLACE ".*[ \t]([0-9]+).*" "\\1")
    list(JOIN apr_lines "." APR_VERSION)
endif()

find_package_handle_standard_args(APR
    REQUIRED_VARS APR_LIBRARY APR_INCLUDE_DIR
    VERSION_VAR APR_VERSION
    REASON_FAILURE_MESSAGE "ci/deps installs it")

if(APR_FOUND AND NOT TARGET APR::APR)
    add_library(APR::APR UNKNOWN IMPORTED)
    set_target_properties(APR::APR PROPERTIES
        IMPORTED_LOCATION "${APR_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${APR_INCLUDE_DIR}")
    # 32-bit systems: without it the headers do not have APR's 64-bit file offsets.
    if("-D_LARGEFILE64_SOURCE" IN_LIST PC_APR_CFLAGS_OTHER)
        set_property(TARGET APR::APR APPEND PROPERTY
            INTERFACE_COMPILE_DEFINITIONS _LARGEFILE64_SOURCE)
    endif()
    if(WIN32)
        set_property(TARGET APR::APR APPEND PROPERTY
            INTERFACE_LINK_LIBRARIES ws2_32 mswsock rpcrt4 iphlpapi advapi32 shell32)
        set_property(TARGET APR::APR APPEND PROPERTY
            INTERFACE_COMPILE_DEFINITIONS APR_DECLARE_STATIC)
    elseif(PC_APR_STATIC_LIBRARIES AND APR_LIBRARY MATCHES "\\.a$")
        set(apr_needs ${PC_APR_STATIC_LIBRARIES})
        list(REMOVE_ITEM apr_needs apr-1)
        set_property(TARGET APR::APR APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${apr_needs})
    endif()
endif()
mark_as_advanced(APR_INCLUDE_DIR APR_LIBRARY)
