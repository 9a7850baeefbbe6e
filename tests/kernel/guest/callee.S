// SPDX-License-Identifier: GPL-2.0-or-later
// Gate entries of a child space. They run on a stack of the gate's pool.
//
// Register atlas
//   all of them  arrive by gcall: RDI RSI RDX what they are told (callee_recurse: RDI selector of itself), R11 the gate's parameter; leave through `leave`
//                with the result in RAX and everything else zero
//   callee_recover  arrives by the kernel after a fault: RAX vector << 32 | error code
#include "asx/macros.inc"

        .text
        .globl  callee_add_one, callee_read, callee_call, callee_recurse, callee_recover, callee_divide, callee_thread_word
        .globl  callee_call_and_word
        .globl  callee_spin, callee_overwrite, callee_fault_gate, call_and_watch
        .globl  callee_syscall
callee_add_one:
        lea     1(%rdi), %rax
        jmp     leave
callee_read:
        mov     (%rdi), %rax
        jmp     leave
callee_call:
        mov     %rdi, %r11
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        gcall   %r11
        inc     %rax
        jmp     leave
callee_recurse:
        gcall   %rdi
        inc     %rax
        jmp     leave
callee_recover:
        shr     $32, %rax
        add     $1000, %rax
        jmp     leave
callee_divide:
        xor     %eax, %eax
        xor     %edx, %edx
        xor     %ecx, %ecx
        div     %ecx
        jmp     leave
callee_syscall:
        syscall                         // the personality points FS at a word
        mov     %fs:0, %rax
        jmp     leave
callee_call_and_word:
        gcall   %rdi
callee_thread_word:
        mov     %fs:0, %rax
        jmp     leave
callee_spin:
        incq    spin_count
        jmp     callee_spin
callee_overwrite:
        mov     $-1, %rax
        mov     %rax, %rbx
        mov     %rax, %rbp
        mov     %rax, %rcx
        mov     %rax, %rdx
        mov     %rax, %rsi
        mov     %rax, %r8
        mov     %rax, %r9
        mov     %rax, %r10
        mov     %rax, %r11
        mov     %rax, %r12
        mov     %rax, %r13
        mov     %rax, %r14
        mov     %rax, %r15
        mov     (%rdi), %rax
        jmp     leave
callee_fault_gate:
        mov     $31, %eax               // Call::fault_record
        xor     %edi, %edi              // FaultItem::Vector
        mov     $1, %r11d
        gcall   %r11
        mov     %rax, fault_gate_vector
        mov     $31, %eax
        mov     $4, %edi                // FaultItem::Rsp
        mov     $1, %r11d
        gcall   %r11
        mov     %rax, %rsi
        mov     $32, %eax               // Call::fault_resume
        mov     fault_gate_continue, %rdi
        mov     $77, %edx
        mov     $1, %r11d
        gcall   %r11
        jmp     leave
leave:
        xor     %edx, %edx
        xor     %ecx, %ecx
        xor     %esi, %esi
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        xor     %r11d, %r11d
        gret

call_and_watch:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        push    %r8
        mov     %rdi, %r11
        mov     %rsi, %rdi
        mov     %rdx, %rsi
        mov     %rcx, %rdx
        mov     $101, %ebx
        mov     $102, %ebp
        mov     $103, %r12d
        mov     $104, %r13d
        mov     $105, %r14d
        mov     $106, %r15d
        gcall   %r11
        or      %rcx, %rdx              // what must be zero
        or      %rsi, %rdx
        or      %rdi, %rdx
        or      %r8, %rdx
        or      %r9, %rdx
        or      %r10, %rdx
        or      %r11, %rdx
        xor     %ecx, %ecx
        test    %rdx, %rdx
        setnz   %cl
        .macro  watch register, value
        xor     %edx, %edx
        cmp     $\value, %\register
        setne   %dl
        add     %rdx, %rcx
        .endm
        watch   rbx, 101
        watch   rbp, 102
        watch   r12, 103
        watch   r13, 104
        watch   r14, 105
        watch   r15, 106
        pop     %r8
        mov     %rcx, (%r8)
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret

        .data
        .globl  fault_gate_vector, fault_gate_continue, spin_count
        .balign 8
spin_count:          .quad 0
fault_gate_vector:   .quad 0
fault_gate_continue: .quad 0
        .section .note.GNU-stack, "", @progbits
