// SPDX-License-Identifier: GPL-2.0-or-later
// Marks a native program: `hop run` starts it as a code space of its own, not as a Linux program.
        .section .note.hopscotch, "a", @note
        .balign 4
        .long   2f - 1f
        .long   4f - 3f
        .long   1
1:      .asciz  "Hopscotch"
2:      .balign 4
3:      .long   1                       // version of the native interface
4:      .balign 4
        .section .note.GNU-stack, "", @progbits
