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
    target_compile_options(brood_compile INTERFACE
        -include "${PROJECT_SOURCE_DIR}/tests/support/annotate.h")
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
