// SPDX-License-Identifier: GPL-2.0-or-later
// The same loop for every operand mode: RDI and RSI are pointers, RDX bytes (a multiple of 8), RCX the mode. In the other
// modes the upper 16 bits of a pointer are not looked at; what they hold goes into the selector register.
#include "asx/macros.inc"

        .text
        .globl  copy_in_mode
copy_in_mode:
        mov     %rdi, %r8
        shr     $48, %r8
        mov     %rsi, %r9
        shr     $48, %r9
        mov     %rsp, %r10
        shr     $48, %r10
        cmp     $1, %rcx
        je      1f
        cmp     $2, %rcx
        je      2f
        call    copy
        ret
1:      ldsel   7, %r8                  // beside RDI
        ldsel   6, %r9                  // beside RSI
        ldsel   4, %r10                 // beside RSP
        sac     1
        call    copy                    // pushes through access register 4
        sac     0
        ret
2:      ldsel   1, %r9                  // DS
        ldsel   2, %r10                 // SS
        ldsel   3, %r8                  // ES
        sac     2
        push    %rbx
        call    copy_by_segments
        pop     %rbx
        sac     0
        ret

copy:   mov     (%rsi), %rax
        mov     %rax, (%rdi)
        add     $8, %rsi
        add     $8, %rdi
        sub     $8, %rdx
        jnz     copy
        ret

copy_by_segments:
        mov     (%rsi), %rax            // DS
        mov     %rax, %es:(%rdi)        // a prefix, which 64-bit x86 ignores
        add     $8, %rsi
        add     $8, %rdi
        sub     $8, %rdx
        jnz     copy_by_segments
        ret
        .section .note.GNU-stack, "", @progbits
