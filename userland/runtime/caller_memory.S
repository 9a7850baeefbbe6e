// SPDX-License-Identifier: GPL-2.0-or-later
// The loops that touch a caller's memory, each access with an entry in the fix-up table.
//
// Register atlas (System V calls)
//   copy_words(RDI to, RSI from, RDX bytes)  copies; returns in RAX the bytes NOT copied: 0, or what was left
//   clear_words(RDI to, RDX bytes in RSI)    zeroes; the same result
//   a fault    arrives at the continuation by recovery.S with RAX RCX R11 changed, which is why no loop keeps
//              anything in them but what may be lost: the data word in RAX
        .macro  may_fault continuation
        .pushsection fixup_table, "a", @progbits
        .quad   9f, \continuation
        .popsection
9:
        .endm

        .text
        .globl  copy_words, clear_words, load_byte, store_byte
        .type   copy_words, @function
copy_words:
        cmp     $8, %rdx
        jb      2f
1:      may_fault copy_failed
        mov     (%rsi), %rax
        may_fault copy_failed
        mov     %rax, (%rdi)
        add     $8, %rsi
        add     $8, %rdi
        sub     $8, %rdx
        cmp     $8, %rdx
        jae     1b
2:      test    %rdx, %rdx
        jz      copy_failed
3:      may_fault copy_failed
        movzbl  (%rsi), %eax
        may_fault copy_failed
        movb    %al, (%rdi)
        inc     %rsi
        inc     %rdi
        dec     %rdx
        jnz     3b
copy_failed:
        mov     %rdx, %rax
        ret

        .type   clear_words, @function
clear_words:
        mov     %rsi, %rdx
        xor     %r8d, %r8d
        cmp     $8, %rdx
        jb      2f
1:      may_fault copy_failed
        mov     %r8, (%rdi)
        add     $8, %rdi
        sub     $8, %rdx
        cmp     $8, %rdx
        jae     1b
2:      test    %rdx, %rdx
        jz      copy_failed
3:      may_fault copy_failed
        movb    %r8b, (%rdi)
        inc     %rdi
        dec     %rdx
        jnz     3b
        jmp     copy_failed

// load_byte(RDI address) -> 0-255, or -1
load_byte:
        may_fault byte_failed
        movzbl  (%rdi), %eax
        ret
// store_byte(RDI address, SIL value) -> 0, or -1
store_byte:
        may_fault byte_failed
        movb    %sil, (%rdi)
        xor     %eax, %eax
        ret
byte_failed:
        mov     $-1, %rax
        ret
        .section .note.GNU-stack, "", @progbits
