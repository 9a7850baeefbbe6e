// SPDX-License-Identifier: GPL-2.0-or-later
// Every way into the kernel, and the one way out.
//
// Register atlas
//   _start        arrives  from the boot loader: RDI BootInfo, RSP the boot stack; nothing else is defined
//   call_entry    arrives  by gcall, from anywhere that holds the kernel gate: RAX call number, RDI RSI RDX R10 R8 R9
//                          arguments, RSP top of the thread's kernel stack; RBX RBP R12-R15 are 0, and the call frame
//                          has the caller's (on variants: --save)
//   event_entry   arrives  by an exception or interrupt: the event frame has every register, so all are dead here.
//                          RSP is the top of the thread's kernel stack or, out of the idle thread, where it was
//   thread_start  arrives  from context_switch, once in a thread's life, on its kernel stack; nothing is live
//   leave         live     RAX RDX the results. All others are zeroed; gret restores those that the frame keeps
//   events        all masked from entry to gret: the gates' event mask says so
#include "asx/macros.inc"

        .text
        .globl  _start, call_entry, event_entry, thread_start
        .type   _start, @function
_start:
        xor     %ebp, %ebp
        call    kernel_main
        ud2

        .type   call_entry, @function
call_entry:
        mov     %r10, %rcx
        push    %rax                    // the seventh argument, twice to keep the stack aligned
        push    %rax
        call    kernel_call
        jmp     leave

        .type   event_entry, @function
event_entry:
        and     $-16, %rsp
        call    kernel_event
        jmp     leave

        .type   thread_start, @function
thread_start:
        and     $-16, %rsp
        call    kernel_thread_start
leave:
        xor     %ecx, %ecx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        gret
        .section .note.GNU-stack, "", @progbits
