// SPDX-License-Identifier: GPL-2.0-or-later
// The loops that touch a caller's memory, each access with an entry in the fix-up table.
//
// Register atlas (System V calls)
//   copy_bytes(RDI to, RSI from, RDX bytes)   copies; returns in RAX the bytes NOT copied
//   clear_bytes(RDI to, RSI bytes)            zeroes; the same result
//   copy_text(RDI to, RSI from, RDX bytes)    copies to a NUL and with it; RAX the bytes NOT copied, RDX 1 if a NUL came
//   probe_byte(RDI to)                        RAX 0 if it can be written, or -1; it keeps its value whoever writes it
//   a fault    arrives at the continuation by recovery.S with RAX RCX R11 changed, which is why no loop keeps anything
//              in them but the data in RAX. A block that faults is done again byte by byte: so the count is exact
        .macro  may_fault continuation
        .pushsection fixup_table, "a", @progbits
        .quad   9f, \continuation
        .popsection
9:
        .endm

        .text
        .globl  copy_bytes, clear_bytes, copy_text, probe_byte
        .type   copy_bytes, @function
copy_bytes:
        cmp     $32, %rdx
        jb      copy_rest
1:      may_fault copy_rest
        mov     (%rsi), %rax
        may_fault copy_rest
        mov     8(%rsi), %r8
        may_fault copy_rest
        mov     16(%rsi), %r9
        may_fault copy_rest
        mov     24(%rsi), %r10
        may_fault copy_rest
        mov     %rax, (%rdi)
        may_fault copy_rest
        mov     %r8, 8(%rdi)
        may_fault copy_rest
        mov     %r9, 16(%rdi)
        may_fault copy_rest
        mov     %r10, 24(%rdi)
        add     $32, %rsi
        add     $32, %rdi
        sub     $32, %rdx
        cmp     $32, %rdx
        jae     1b
copy_rest:
        test    %rdx, %rdx
        jz      copy_ends
2:      may_fault copy_ends
        movzbl  (%rsi), %eax
        may_fault copy_ends
        movb    %al, (%rdi)
        inc     %rsi
        inc     %rdi
        dec     %rdx
        jnz     2b
copy_ends:
        mov     %rdx, %rax
        ret

        .type   clear_bytes, @function
clear_bytes:
        xor     %r8d, %r8d
        cmp     $8, %rsi
        jb      clear_rest
1:      may_fault clear_rest
        mov     %r8, (%rdi)
        add     $8, %rdi
        sub     $8, %rsi
        cmp     $8, %rsi
        jae     1b
clear_rest:
        test    %rsi, %rsi
        jz      clear_ends
2:      may_fault clear_ends
        movb    %r8b, (%rdi)
        inc     %rdi
        dec     %rsi
        jnz     2b
clear_ends:
        mov     %rsi, %rax
        ret

        .type   copy_text, @function
copy_text:
        xor     %r8d, %r8d
        test    %rdx, %rdx
        jz      text_ends
1:      may_fault text_ends
        movzbl  (%rsi), %eax
        may_fault text_ends
        movb    %al, (%rdi)
        inc     %rsi
        inc     %rdi
        dec     %rdx
        test    %al, %al
        jz      2f
        test    %rdx, %rdx
        jnz     1b
        jmp     text_ends
2:      mov     $1, %r8d
text_ends:
        mov     %rdx, %rax
        mov     %r8, %rdx
        ret

        .type   probe_byte, @function
probe_byte:
        may_fault probe_failed
        lock orb $0, (%rdi)
        xor     %eax, %eax
        ret
probe_failed:
        mov     $-1, %rax
        ret
        .section .note.GNU-stack, "", @progbits
