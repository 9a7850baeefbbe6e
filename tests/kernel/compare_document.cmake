# SPDX-License-Identifier: GPL-2.0-or-later
# Fails unless GENERATOR writes what is in DOCUMENT.
execute_process(COMMAND ${GENERATOR} OUTPUT_FILE ${OUTPUT} RESULT_VARIABLE generated)
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${OUTPUT} ${DOCUMENT} RESULT_VARIABLE different)
if(generated OR different)
  message(FATAL_ERROR "${DOCUMENT} is out of date: build the target kernel_calls_document")
endif()
