// SPDX-License-Identifier: GPL-2.0-or-later
// _start: where the kernel starts the first thread of a service or native program.
//
// Register atlas
//   arrives  RDI offset where the heap may begin, RSP top of the first stack (in the code space); all else undefined
//   leaves   never; runtime_start ends the thread or the machine
        .text
        .globl  _start
        .type   _start, @function
_start:
        xor     %ebp, %ebp
        and     $-16, %rsp
        call    runtime_start
        ud2
        .section .note.GNU-stack, "", @progbits
