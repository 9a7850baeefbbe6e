# SPDX-License-Identifier: GPL-2.0-or-later
# embed_guest_images(LIBRARY name...): a library with the guest programs as data, without their debug information: the
# bytes of build/guest/NAME.elf from hop_image_NAME to hop_image_NAME_end, page-aligned. To be called once a folder.
function(embed_guest_images library)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/images)
  file(MAKE_DIRECTORY ${folder})
  set(files)
  set(HOP_IMAGE_LINES "")
  foreach(name ${ARGN})
    add_custom_command(OUTPUT ${folder}/${name}.elf
      COMMAND ${CMAKE_OBJCOPY} --strip-debug ${CMAKE_BINARY_DIR}/guest/${name}.elf ${folder}/${name}.elf
      DEPENDS ${name} ${CMAKE_BINARY_DIR}/guest/${name}.elf VERBATIM)
    list(APPEND files ${folder}/${name}.elf)
    string(APPEND HOP_IMAGE_LINES "image \"${name}\", \"${folder}/${name}.elf\"\n")
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/emu/image/images.S.in images.S @ONLY)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/images.S PROPERTIES OBJECT_DEPENDS "${files}")
  add_custom_target(${library}_files DEPENDS ${files})
  add_library(${library} STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_BINARY_DIR}/images.S)
  add_dependencies(${library} ${library}_files)
endfunction()
