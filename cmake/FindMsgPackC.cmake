# msgpack-c, the C library, as MsgPackC::MsgPackC, under whichever name it was installed:
# package msgpack-c with target msgpack-c (6 and newer) or msgpackc, package msgpack with
# target msgpackc (4 and 5), or a bare header and library.
include(FindPackageHandleStandardArgs)

foreach(package IN ITEMS msgpack-c msgpackc msgpack)
    find_package(${package} CONFIG QUIET)
    foreach(target IN ITEMS msgpack-c msgpackc msgpackc-static)
        if(NOT MSGPACKC_TARGET AND TARGET ${target})
            set(MSGPACKC_TARGET ${target})
            set(MsgPackC_VERSION "${${package}_VERSION}")
        endif()
    endforeach()
    if(MSGPACKC_TARGET)
        break()
    endif()
endforeach()

if(NOT MSGPACKC_TARGET)
    find_path(MSGPACKC_INCLUDE_DIR msgpack.h)
    find_library(MSGPACKC_LIBRARY NAMES msgpack-c msgpackc)
    if(MSGPACKC_INCLUDE_DIR AND MSGPACKC_LIBRARY)
        add_library(msgpackc UNKNOWN IMPORTED)
        set_target_properties(msgpackc PROPERTIES
            IMPORTED_LOCATION "${MSGPACKC_LIBRARY}"
            INTERFACE_INCLUDE_DIRECTORIES "${MSGPACKC_INCLUDE_DIR}")
        set(MSGPACKC_TARGET msgpackc)
    endif()
    mark_as_advanced(MSGPACKC_INCLUDE_DIR MSGPACKC_LIBRARY)
endif()

find_package_handle_standard_args(MsgPackC
    REQUIRED_VARS MSGPACKC_TARGET
    VERSION_VAR MsgPackC_VERSION
    REASON_FAILURE_MESSAGE "ci/deps installs it")

if(MsgPackC_FOUND AND NOT TARGET MsgPackC::MsgPackC)
    add_library(MsgPackC::MsgPackC INTERFACE IMPORTED)
    set_property(TARGET MsgPackC::MsgPackC PROPERTY
        INTERFACE_LINK_LIBRARIES ${MSGPACKC_TARGET})
endif()
