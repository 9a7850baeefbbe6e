// SPDX-License-Identifier: GPL-2.0-or-later
// First checks that all registers but RSP are zero at the start, then executes gret, although it never was called
// through a gate: for Linux, an invalid instruction.
        .globl  _start
        .text
_start: or      %rbx, %rax
        or      %rcx, %rax
        or      %rdx, %rax
        or      %rsi, %rax
        or      %rdi, %rax
        or      %rbp, %rax
        or      %r8, %rax
        or      %r9, %rax
        or      %r10, %rax
        or      %r11, %rax
        or      %r12, %rax
        or      %r13, %rax
        or      %r14, %rax
        or      %r15, %rax
        test    %rax, %rax
        jnz     1f
        .byte   0x0f, 0x0a, 0x01, 0xc0
1:      mov     $231, %eax
        mov     $1, %edi
        syscall
        .section .note.GNU-stack, "", @progbits
