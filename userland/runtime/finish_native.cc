// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/runtime/kernel.h"
#include "userland/runtime/program.h"

// Marks a native program: `hop run` starts it as a code space of its own, not as a Linux program. An ELF note (System V
// gABI, chapter 5) of owner "Hopscotch", type 1, whose descriptor is the version of the native interface.
asm(".pushsection .note.hopscotch, \"a\", @note\n"
    ".balign 4\n"
    ".long 10, 4, 1\n"
    ".asciz \"Hopscotch\"\n"
    ".balign 4\n"
    ".long 1\n"
    ".popsection");

namespace hop {

void finish(int result) {
  kernel::machine_exit(result & 0xff);
  __builtin_trap();
}

}  // namespace hop
