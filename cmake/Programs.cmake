# Programs of this tree, made from one source each, and the tests that run them.

# brood_program(NAME SOURCE [LIBRARY...]): a program that uses the library as this tree does.
function(brood_program name source)
    add_executable(${name} "${source}")
    target_link_libraries(${name} PRIVATE brood_compile ${ARGN} brood_static)
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
endfunction()

# brood_test(NAME LABEL TARGET [ARGUMENT...]): how one test runs. Under Wine everything that
# starts processes is slower, and so it is under a sanitizer.
function(brood_test name label target)
    add_test(NAME ${name} COMMAND ${target} ${ARGN})
    set(seconds 120)
    if(WIN32 OR BROOD_SANITIZE OR BROOD_COVERAGE)
        set(seconds 240)
    endif()
    set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT ${seconds}
        SKIP_RETURN_CODE 77)
endfunction()
