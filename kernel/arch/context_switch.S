// SPDX-License-Identifier: GPL-2.0-or-later
// context_switch(save_stack_pointer, load_stack_pointer, thread_block)
//
// Register atlas
//   arrives  from switch_context() on the old thread's kernel stack: RDI place for its stack pointer, RSI the new
//            thread's, RDX physical address of the new thread's block
//   live     RBX RBP R12-R15, kept on the old stack and taken from the new one; nothing else crosses
//   dead     RAX RCX RDX RSI RDI R8-R11, RFLAGS
//   events   all masked, before and after
#include "asx/macros.inc"

        .text
        .globl  context_switch
        .type   context_switch, @function
context_switch:
        push    %rbp
        push    %rbx
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rsp, (%rdi)
        tswitch %rdx
        mov     %rsi, %rsp
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbx
        pop     %rbp
        ret
        .size   context_switch, . - context_switch
        .section .note.GNU-stack, "", @progbits
