# SPDX-License-Identifier: GPL-2.0-or-later
# How guest code is built: freestanding, no SSE (a hop must not disturb the caller's vector registers), no red zone.

set(HOP_GUEST_FLAGS
  -O2 -g -ffreestanding -fno-exceptions -fno-rtti -fno-stack-protector -fno-asynchronous-unwind-tables
  -fno-threadsafe-statics -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only -fcf-protection=none
  -Wall -Wextra -Werror -Wshadow)

# add_guest_program(NAME BASE address SOURCES ... [LIBRARIES ...])
# Links a static ELF at the address, with page-aligned segments of one right each. Give each image a base of its
# own: the engine's TLB index ignores the selector, so equal offsets in different spaces collide.
function(add_guest_program name)
  cmake_parse_arguments(ARG "" "BASE" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${name} PRIVATE ${HOP_GUEST_FLAGS})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  target_link_options(${name} PRIVATE -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack
    -Wl,-z,separate-code -Wl,-z,max-page-size=4096 -Wl,-Ttext-segment=${ARG_BASE})
  add_dependencies(${name} asx_generated)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/guest SUFFIX ".elf")
endfunction()

# add_guest_library(NAME SOURCES ...): a static library of guest code.
function(add_guest_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${name} PRIVATE ${HOP_GUEST_FLAGS})
  add_dependencies(${name} asx_generated)
endfunction()
