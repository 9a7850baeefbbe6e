// SPDX-License-Identifier: GPL-2.0-or-later
// Where programs arrive: by the syscall instruction (or gcall to the same gate), and by their faults.
//
// Register atlas
//   linux_syscall_entry
//     arrives  RAX number, RDI RSI RDX R10 R8 R9 arguments, R11 the task record (the gate's parameter, to be trusted),
//              RSP top of a pool stack, RCX whatever, direction flag whatever, vector registers the program's
//     leaves   RAX result, RCX R11 zero, everything else as it came (RBX RBP R12-R15, RSP, flags by gret); or whatever
//              a signal handler's entry or return wants in them
//   linux_syscall_entry_keeping
//     the same for --save=none: RBX RBP R12-R15 are not in the frame, and kept here (struct KeptRegisters)
//   linux_fault_entry
//     arrives  R11 the task record, RSP top of a pool stack; all registers of the program are in the frame below
//     leaves   by gret, if the program is to go on; it never comes back from a fault that ends the task
#include "asx/macros.inc"

//   linux_start_entry: where a program's thread begins, so that there is a frame below the program's
//     arrives  RDI selector of the gate into the image, RSI the program's first RSP, R11 the task record, RSP top of a
//              pool stack
//     leaves   into the program, all registers zero but RSP; comes back only if the program executes gret itself
        .text
        .globl  linux_syscall_entry, linux_syscall_entry_keeping, linux_fault_entry, linux_start_entry
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

        .type   linux_start_entry, @function
linux_start_entry:
        mov     %rsp, start_stack(%rip)
        mov     %r11, start_task(%rip)
        mov     %edi, %r11d
        mov     %rsi, %rsp
        xor     %eax, %eax
        xor     %ecx, %ecx
        xor     %edx, %edx
        xor     %ebx, %ebx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %ebp, %ebp
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r12d, %r12d
        xor     %r13d, %r13d
        xor     %r14d, %r14d
        xor     %r15d, %r15d
        gcall   %r11
        mov     start_stack(%rip), %rsp
        mov     start_task(%rip), %rdi
        call    linux_returned
        ud2

        .bss
        .balign 8
start_stack: .quad 0                    // of the one thread that is a program's
start_task:  .quad 0
        .section .note.GNU-stack, "", @progbits
