// SPDX-License-Identifier: GPL-2.0-or-later
// Where programs arrive: by the syscall instruction (or gcall to the same gate), and by their faults.
//
// Register atlas
//   linux_syscall_entry
//     arrives  RAX number, RDI RSI RDX R10 R8 R9 arguments, R11 the ProgramMemory (the gate's parameter, to be trusted),
//              RSP top of a pool stack, RCX whatever, direction flag whatever, vector registers the program's
//     leaves   RAX result, RCX R11 zero, everything else as it came (RBX RBP R12-R15, RSP, flags by gret); or whatever
//              a signal handler's entry or return wants in them
//   linux_syscall_entry_keeping
//     the same for --save=none: RBX RBP R12-R15 are not in the frame, and kept here (struct KeptRegisters)
//   linux_fault_entry
//     arrives  R11 the ProgramMemory, RSP top of a pool stack; all registers of the program are in the frame below
//     leaves   by gret, if the program is to go on; it never comes back from a fault that ends the task
#include "asx/macros.inc"

//   linux_watch_entry: a thread of this service's own (waiting.cc)
//     arrives  RSP top of a pool stack
//     leaves   never
        .text
        .globl  linux_syscall_entry, linux_syscall_entry_keeping, linux_fault_entry, linux_watch_entry
        .macro  serve_syscall
        push    $0                      // R11 and RCX after the call; rt_sigreturn has others
        push    $0
        push    %r9
        push    %r8
        push    %r10
        push    %rdx
        push    %rsi
        push    %rdi
        mov     %r11, %rdi
        mov     %rsp, %rsi              // struct SavedRegisters
        mov     %rax, %rdx
        call    linux_system_call
        pop     %rdi
        pop     %rsi
        pop     %rdx
        pop     %r10
        pop     %r8
        pop     %r9
        pop     %rcx
        pop     %r11
        .endm

        .type   linux_syscall_entry, @function
linux_syscall_entry:
        cld
        serve_syscall
        gret

        .type   linux_syscall_entry_keeping, @function
linux_syscall_entry_keeping:
        cld
        push    %r15
        push    %r14
        push    %r13
        push    %r12
        push    %rbp
        push    %rbx
        serve_syscall
        pop     %rbx
        pop     %rbp
        pop     %r12
        pop     %r13
        pop     %r14
        pop     %r15
        gret

        .type   linux_fault_entry, @function
linux_fault_entry:
        cld
        mov     %r11, %rdi
        call    linux_fault
        gret

        .type   linux_watch_entry, @function
linux_watch_entry:
        xor     %ebp, %ebp
        call    linux_watch
        ud2
        .section .note.GNU-stack, "", @progbits
