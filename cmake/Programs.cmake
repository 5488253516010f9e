# Programs of this tree, made from one source each, and the tests that run them.

# A program that an emulator runs starts others through the emulator as well: exec.c says how.
if(BROOD_EMULATE_EXEC AND NOT TARGET brood_emulator)
    list(JOIN CMAKE_CROSSCOMPILING_EMULATOR "\",\"" words)
    add_library(brood_emulator OBJECT "${PROJECT_SOURCE_DIR}/tests/emulator/exec.c")
    target_link_libraries(brood_emulator PRIVATE brood_compile)
    target_compile_definitions(brood_emulator PRIVATE _GNU_SOURCE BROOD_EMULATOR="${words}")
endif()

# brood_program(NAME SOURCE [LIBRARY...]): a program that uses the library as this tree does.
function(brood_program name source)
    add_executable(${name} "${source}")
    if(BROOD_EMULATE_EXEC)
        target_sources(${name} PRIVATE $<TARGET_OBJECTS:brood_emulator>)
        target_link_options(${name} PRIVATE
            LINKER:--wrap=execv LINKER:--wrap=execve LINKER:--wrap=posix_spawn)
    endif()
    target_link_libraries(${name} PRIVATE brood_compile ${ARGN} brood_static)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
    brood_precompile(${name})
endfunction()

# brood_test(NAME LABEL TARGET [ARGUMENT...]): how one test runs. Under Wine everything that
# starts processes is slower, and so it is under a sanitizer or an emulator.
function(brood_test name label target)
    add_test(NAME ${name} COMMAND ${target} ${ARGN})
    set(seconds 120)
    if(WIN32 OR BROOD_SANITIZE OR BROOD_COVERAGE)
        set(seconds 240)
    endif()
    if(BROOD_EMULATE_EXEC)
        set(seconds 480)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${seconds}
        SKIP_RETURN_CODE 77)
    brood_programs_of(${label} ${target})
endfunction()

# The target programs_LABEL: what tests of that label run, and no more.
function(brood_programs_of label target)
    if(NOT TARGET programs_${label})
        add_custom_target(programs_${label})
    endif()
    add_dependencies(programs_${label} ${target})
endfunction()
