// SPDX-License-Identifier: GPL-2.0-or-later
// recovery_entry: where a fault behind a gate of this image continues.
//
// Register atlas
//   arrives  by the kernel, on the stack of the fault: RAX vector << 32 | error code, RCX RIP of the fault, R11 the
//            fault address; every other register as the faulting instruction had it
//   found    in the fix-up table (pairs of RIP and continuation): goes on there; RAX RCX R11 are lost
//   else     the fault is this service's own: it is reported, and the caller gets ServerFault
#include "asx/macros.inc"

        .weak   __start_fixup_table, __stop_fixup_table
        .text
        .globl  recovery_entry
        .type   recovery_entry, @function
recovery_entry:
        mov     $__start_fixup_table, %eax
1:      cmp     $__stop_fixup_table, %rax
        jae     2f
        cmp     (%rax), %rcx
        je      3f
        add     $16, %rax
        jmp     1b
3:      mov     8(%rax), %r11
        jmp     *%r11
2:      and     $-16, %rsp
        call    runtime_own_fault
        xor     %edx, %edx
        xor     %ecx, %ecx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        gret
        .section .note.GNU-stack, "", @progbits
