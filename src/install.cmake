# cmake --install: the program with its scripts and papers, and the library for find_package(hidyn).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(programs hidyn_program)
if(HIDYN_MPI)
  list(APPEND programs hidyn_mpi_program)
endif()
install(TARGETS ${programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/plots ${CMAKE_SOURCE_DIR}/validation/papers
  DESTINATION ${CMAKE_INSTALL_DATADIR}/hidyn
  PATTERN __pycache__ EXCLUDE)
install(FILES ${CMAKE_SOURCE_DIR}/CITATION.cff ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/hidyn)

# Consumers include what the library itself does: "run/runner.hpp", "models/committee/problem.hpp".
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/hidyn)
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/src/
  DESTINATION ${headers}
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN cli EXCLUDE)
install(FILES ${CMAKE_SOURCE_DIR}/src/cli/registry.hpp DESTINATION ${headers}/cli)
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/models ${CMAKE_SOURCE_DIR}/solvers
  DESTINATION ${headers}
  FILES_MATCHING
  PATTERN "*.hpp")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/hidyn)
# How the library was compiled decides how Eigen's matrices lie in memory: consumers compile alike.
install(
  TARGETS hidyn hidyn_machine
  EXPORT hidynTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${headers})
install(
  EXPORT hidynTargets
  NAMESPACE hidyn::
  DESTINATION ${package})
configure_package_config_file(${CMAKE_SOURCE_DIR}/src/hidynConfig.cmake.in ${CMAKE_BINARY_DIR}/hidynConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/hidynConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hidynConfig.cmake ${CMAKE_BINARY_DIR}/hidynConfigVersion.cmake DESTINATION ${package})
