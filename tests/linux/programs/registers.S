// SPDX-License-Identifier: GPL-2.0-or-later
// A system call must leave everything but RAX, RCX and R11 as it was, vector registers and flags included. Exits with 0,
// or with the number of the first register that changed.
        .globl  _start
        .text
_start: mov     %rsp, expected_rsp(%rip)
        movdqu  pattern(%rip), %xmm0
        movdqa  %xmm0, %xmm15
        fld1
        mov     $0x1111111111111111, %rbx
        mov     $0x2222222222222222, %rbp
        mov     $0x3333333333333333, %rdx
        mov     $0x4444444444444444, %rsi
        mov     $0x5555555555555555, %rdi
        mov     $0x6666666666666666, %r8
        mov     $0x7777777777777777, %r9
        mov     $0x8888888888888888, %r10
        mov     $0xcccccccccccccccc, %r12
        mov     $0xdddddddddddddddd, %r13
        mov     $0xeeeeeeeeeeeeeeee, %r14
        mov     $0xffffffffffffff0f, %r15
        mov     $39, %eax
        std
        stc
        syscall
        mov     $1, %r11d
        jnc     fail
        cld
        .macro  check register, value
        inc     %r11d
        mov     \value, %rcx
        cmp     \register, %rcx
        jne     fail
        .endm
        check   %rbx, $0x1111111111111111
        check   %rbp, $0x2222222222222222
        check   %rdx, $0x3333333333333333
        check   %rsi, $0x4444444444444444
        check   %rdi, $0x5555555555555555
        check   %r8, $0x6666666666666666
        check   %r9, $0x7777777777777777
        check   %r10, $0x8888888888888888
        check   %r12, $0xcccccccccccccccc
        check   %r13, $0xdddddddddddddddd
        check   %r14, $0xeeeeeeeeeeeeeeee
        check   %r15, $0xffffffffffffff0f
        check   %rsp, expected_rsp(%rip)
        inc     %r11d
        pcmpeqb %xmm0, %xmm15
        pmovmskb %xmm15, %ecx
        cmp     $0xffff, %ecx
        jne     fail
        movdqu  pattern(%rip), %xmm1
        pcmpeqb %xmm0, %xmm1
        pmovmskb %xmm1, %ecx
        cmp     $0xffff, %ecx
        jne     fail
        xor     %r11d, %r11d
fail:   mov     %r11d, %edi
        mov     $231, %eax
        syscall
        .bss
        .balign 8
expected_rsp:
        .quad   0
        .section .rodata
pattern: .byte  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
        .section .note.GNU-stack, "", @progbits
