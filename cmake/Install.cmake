# Headers, libraries, and what CMake and pkg-config need to find them.
set(brood_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/brood")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/brood"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(TARGETS brood_static brood_shared EXPORT broodTargets)
install(EXPORT broodTargets NAMESPACE brood:: DESTINATION "${brood_config_dir}")
install(FILES cmake/FindAPR.cmake cmake/FindMsgPackC.cmake DESTINATION "${brood_config_dir}")

configure_package_config_file(cmake/broodConfig.cmake.in broodConfig.cmake
    INSTALL_DESTINATION "${brood_config_dir}")
write_basic_package_version_file(broodConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${PROJECT_BINARY_DIR}/broodConfig.cmake"
    "${PROJECT_BINARY_DIR}/broodConfigVersion.cmake" DESTINATION "${brood_config_dir}")

# The prefix is told from where the file lies, so that an installed tree can be moved.
set(brood_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" OUTPUT_VARIABLE brood_pc_up)
set(brood_pc_link_flags "")
if(BROOD_LINKER_HAS_BUILD_ID)
    set(brood_pc_link_flags " -Wl,--build-id")
endif()
configure_file(cmake/brood.pc.in brood.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/brood.pc" DESTINATION "${brood_pc_dir}")
