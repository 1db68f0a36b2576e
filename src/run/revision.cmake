# cmake -D GIT=.. -D SOURCE=.. -D VERSION=.. -D OUTPUT=.. -P revision.cmake: writes version.cpp, if it would differ.

# What git says of the source; the variable is left alone where it refuses.
function(ask variable)
  execute_process(
    COMMAND ${GIT} --no-optional-locks -C ${SOURCE} ${ARGN}
    RESULT_VARIABLE refused
    OUTPUT_VARIABLE answer
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(refused EQUAL 0)
    set(${variable} "${answer}" PARENT_SCOPE)
  endif()
endfunction()

set(REVISION "unknown")
# A tree without its own .git may stand in another project's.
if(GIT AND EXISTS "${SOURCE}/.git")
  ask(head rev-parse --verify --short HEAD)
  ask(changes status --porcelain --untracked-files=no)
  if(DEFINED head AND DEFINED changes)
    set(REVISION "${head}")
    if(changes)
      string(APPEND REVISION "+changes")
    endif()
  endif()
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/version.cpp.in ${OUTPUT} @ONLY)
