# brood_compile: how everything in this tree is compiled. It is not installed.
add_library(brood_compile INTERFACE)

if(WIN32)
    target_compile_definitions(brood_compile INTERFACE
        _WIN32_WINNT=0x0A00 __USE_MINGW_ANSI_STDIO=1)
    if(MINGW)
        target_link_options(brood_compile INTERFACE -static-libgcc)
    endif()
else()
    # Plain C11 hides what the headers of APR and CMocka use.
    target_compile_definitions(brood_compile INTERFACE _DEFAULT_SOURCE)
endif()

if(BROOD_FAULTS)
    target_compile_definitions(brood_compile INTERFACE BROOD_FAULTS=1)
endif()

if(MSVC)
    target_compile_options(brood_compile INTERFACE /W4 $<$<BOOL:${BROOD_WERROR}>:/WX>)
else()
    target_compile_options(brood_compile INTERFACE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
        -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
        $<$<BOOL:${BROOD_WERROR}>:-Werror>)
endif()

if(BROOD_SANITIZE)
    set(brood_sanitize -fsanitize=${BROOD_SANITIZE} -fno-omit-frame-pointer)
    if(BROOD_SANITIZE STREQUAL "undefined")
        list(APPEND brood_sanitize -fno-sanitize-recover=all)
    endif()
    if(BROOD_SANITIZE STREQUAL "thread" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
        # It does not follow fences. Ours order atomics with each other, never plain data.
        list(APPEND brood_sanitize -Wno-tsan)
    endif()
    target_compile_options(brood_compile INTERFACE ${brood_sanitize})
    target_link_options(brood_compile INTERFACE ${brood_sanitize})
endif()

option(BROOD_VALGRIND "Tell helgrind and drd what the atomics order" OFF)
if(BROOD_VALGRIND)
    # It keeps books of every byte that is mapped.
    target_compile_definitions(brood_compile INTERFACE BROOD_VALGRIND=1
                                                       BROOD_QUEUE_SPACE_MIB=64)
    # Each object file has the header's tables, and of each program's threads the stack would hold
    # them all.
    target_compile_options(brood_compile INTERFACE -fdata-sections
        -include "${PROJECT_SOURCE_DIR}/tests/support/annotate.h")
    target_link_options(brood_compile INTERFACE -Wl,--gc-sections)
endif()

if(BROOD_FUZZ)
    target_compile_options(brood_compile INTERFACE -fsanitize=fuzzer-no-link,address,undefined
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(brood_compile INTERFACE -fsanitize=address,undefined)
endif()

if(BROOD_COVERAGE)
    target_compile_options(brood_compile INTERFACE --coverage)
    target_link_options(brood_compile INTERFACE --coverage)
endif()

# Windows' headers are most of what a compiler reads for each file here that includes one of APR's.
# They are read once, if this is asked for. A file that forgets an include is found out by the
# builds without it; those of Windows alone have no such builds, and go without it here, too.
option(BROOD_PRECOMPILE "Read the headers of others once for all files" OFF)
function(brood_precompile target)
    if(NOT BROOD_PRECOMPILE)
        return()
    endif()
    if(NOT TARGET brood_others)
        set(source "${PROJECT_BINARY_DIR}/others.c")
        file(CONFIGURE OUTPUT "${source}" CONTENT "extern int brood_others_;\n")
        add_library(brood_others OBJECT "${source}")
        target_link_libraries(brood_others PRIVATE brood_compile APR::APR MsgPackC::MsgPackC
            Threads::Threads)
        target_precompile_headers(brood_others PRIVATE <apr_file_io.h> <apr_pools.h>
            <apr_strings.h> <apr_thread_proc.h> <stdatomic.h> <stdio.h> <stdlib.h> <string.h>)
    endif()
    target_precompile_headers(${target} REUSE_FROM brood_others)
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "win32")
    set_property(SOURCE ${sources} PROPERTY SKIP_PRECOMPILE_HEADERS ON)
endfunction()
