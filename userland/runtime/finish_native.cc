// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/kernel.h"
#include "userland/runtime/program.h"

namespace hop {

namespace {

/// Marks a native program: `hop run` starts it as a code space of its own, not as a Linux program. An ELF note
/// (System V gABI, chapter 5) of owner "Hopscotch" and type 1.
struct Note {
  uint32_t name_size, descriptor_size, type;
  char name[12];
  uint32_t version;  ///< of the native interface
};
[[gnu::section(".note.hopscotch"), gnu::used]] const Note note = {10, 4, 1, "Hopscotch", 1};

}  // namespace

void finish(int result) {
  kernel::machine_exit(result & 0xff);
  __builtin_trap();
}

}  // namespace hop
