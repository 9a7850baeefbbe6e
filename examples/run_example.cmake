# SPDX-License-Identifier: GPL-2.0-or-later
# -DCOMMANDS=list -DSTATUS=n -DEXPECTED=file: runs the commands; their standard outputs together must be the file, the
# last one's exit status the number.
set(output)
foreach(command ${COMMANDS})
  separate_arguments(words UNIX_COMMAND "${command}")
  execute_process(COMMAND ${words} RESULT_VARIABLE status OUTPUT_VARIABLE text)
  string(APPEND output "${text}")
endforeach()
file(READ ${EXPECTED} expected)
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "expected:\n${expected}\nbut got:\n${output}")
endif()
if(NOT status EQUAL STATUS)
  message(FATAL_ERROR "expected exit status ${STATUS}, but got ${status}")
endif()
