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
install(FILES ${CMAKE_SOURCE_DIR}/CITATION.cff ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/hidyn)
# The manual is written from every README; those of plots came along with their folder.
file(
  GLOB_RECURSE readmes
  RELATIVE ${CMAKE_SOURCE_DIR}
  CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/data/README.md
  ${CMAKE_SOURCE_DIR}/models/README.md
  ${CMAKE_SOURCE_DIR}/solvers/README.md
  ${CMAKE_SOURCE_DIR}/src/README.md
  ${CMAKE_SOURCE_DIR}/validation/README.md)
foreach(readme ${readmes})
  cmake_path(GET readme PARENT_PATH room)
  install(FILES ${readme} DESTINATION ${CMAKE_INSTALL_DATADIR}/hidyn/${room})
endforeach()
# Both are written by the program that was built. Without Python's markdown there is no page, and the rest stands.
install(
  CODE "
  set(prefix \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  set(page \"\${prefix}/${CMAKE_INSTALL_DATADIR}/doc/hidyn/manual.html\")
  set(man \"\${prefix}/${CMAKE_INSTALL_MANDIR}/man1/hidyn.1\")
  foreach(file \${page} \${man})
    cmake_path(GET file PARENT_PATH folder)
    file(MAKE_DIRECTORY \${folder})
    message(STATUS \"Writing: \${file}\")
  endforeach()
  set(ENV{PYTHONDONTWRITEBYTECODE} 1)
  execute_process(COMMAND \"$<TARGET_FILE:hidyn_program>\" manual --man -o \"\${man}\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \"$<TARGET_FILE:hidyn_program>\" manual -o \"\${page}\" RESULT_VARIABLE failed OUTPUT_QUIET)
  if(failed)
    message(WARNING \"the manual was not written; hidyn manual writes it later\")
  endif()
  ")

# Consumers write "hidyn/registry.hpp", "hidyn/run/runner.hpp"; what these include is named as in the library itself.
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/hidyn)
install(
  DIRECTORY ${CMAKE_SOURCE_DIR}/src/
  DESTINATION ${headers}
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN cli EXCLUDE)
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
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${headers})
install(
  EXPORT hidynTargets
  NAMESPACE hidyn::
  DESTINATION ${package})
configure_package_config_file(${CMAKE_SOURCE_DIR}/src/hidynConfig.cmake.in ${CMAKE_BINARY_DIR}/hidynConfig.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/hidynConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hidynConfig.cmake ${CMAKE_BINARY_DIR}/hidynConfigVersion.cmake DESTINATION ${package})
