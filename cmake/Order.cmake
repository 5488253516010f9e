# The order of the library's files, which is the order of its code in a program.
#
# Every child runs these on its way to its target and out again. Its code comes in by page faults,
# each of which brings the 64 KB around it: so what runs lies together. (Some 3 us for each fault.)
set(brood_path_of_children
    boot boot_child boot_forked boot_record session participant segment arena handle values
    values_decode values_scan values_read notice stream exit child finalizer own_thread parent forked start_fork at_fork log
    method server forkserver command_streams command
    os_process os_handle os_identity os_identity_pidfd os_memory os_memory_memfd os_module_elf
    os_program os_program_linux os_stream os_stream_write os_park_futex start_report)

# Puts them in front in the list of sources that `variable` names.
function(brood_order variable)
    set(first "")
    set(rest ${${variable}})
    foreach(name IN LISTS brood_path_of_children)
        set(found ${${variable}})
        list(FILTER found INCLUDE REGEX "/${name}\\.c$")
        list(APPEND first ${found})
        list(FILTER rest EXCLUDE REGEX "/${name}\\.c$")
    endforeach()
    set(${variable} ${first} ${rest} PARENT_SCOPE)
endfunction()
