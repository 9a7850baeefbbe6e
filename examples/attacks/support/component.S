// SPDX-License-Identifier: GPL-2.0-or-later
// Register atlas
//   attack_call      System V call: RDI operand of gcall, RSI what the callee finds in RDI; returns RAX and RDX of the
//                    callee. RBX RBP R12-R15 are kept here: on some variants nobody else does
//   attack_recovery  arrives by the kernel after a fault behind a gate: RAX vector << 32 | error code, R11 the fault's
//                    address; leaves to the caller with the same in RAX, bit 62 set, and the address in RDX
#include "asx/macros.inc"

        .text
        .globl  attack_call, attack_recovery
        .type   attack_call, @function
attack_call:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rdi, %r11
        mov     %rsi, %rdi
        xor     %eax, %eax
        gcall   %r11
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret

        .type   attack_recovery, @function
attack_recovery:
        bts     $62, %rax
        mov     %r11, %rdx
        xor     %ecx, %ecx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        gret
        .section .note.GNU-stack, "", @progbits
