// SPDX-License-Identifier: GPL-2.0-or-later
// recovery_entry: where a fault behind a gate of this image continues.
//
// Register atlas
//   arrives  by the kernel, on the stack of the fault: RAX vector << 32 | error code, RCX RIP of the fault, R11 the
//            fault address; every other register as the faulting instruction had it
//   found    in the fix-up table (pairs of RIP and continuation): goes on there; RAX RCX R11 are lost
//   else     the fault is this service's own: it is reported, locks that were held have lost their holder, and the
//            caller gets ServerFault. That is done on a stack of its own, by one thread at a time: the one at hand may be
//            used up, and nothing on it is needed any more
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
2:      mov     %rsp, %r12
4:      mov     $1, %eax
        xchg    %eax, fault_stack_is_used
        test    %eax, %eax
        jz      5f
        rdtsc                           // sleep a little: who has it may be less important
        shl     $32, %rdx
        lea     2000(%rax, %rdx), %rdi
        mov     $19, %eax               // Call::thread_sleep
        mov     $1, %r11d
        gcall   %r11
        jmp     4b
5:      mov     $fault_stack_top, %esp
        mov     %r12, %rdi
        call    runtime_own_fault
        movl    $0, fault_stack_is_used
        xor     %edx, %edx
        xor     %ecx, %ecx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        gret

        .bss
        .balign 16
        .skip   4096
fault_stack_top:
fault_stack_is_used:
        .skip   4
        .section .note.GNU-stack, "", @progbits
