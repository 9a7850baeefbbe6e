// SPDX-License-Identifier: GPL-2.0-or-later
// One access each. RDI: the address. Returns with RDI 0; on the tests' personality a fault makes them return with
// vector << 32 | error code in RDI, so that the result of the three wrappers is 0 or the fault.
#include "asx/macros.inc"

        .text
        .globl  read_at, write_at, fetch_at, rights_at, return_here
read_at:
        call    1f
        mov     %rdi, %rax
        ret
1:      mov     %rdi, %rax
        xor     %edi, %edi
        mov     (%rax), %al
        ret
write_at:
        call    1f
        mov     %rdi, %rax
        ret
1:      mov     %rdi, %rax
        xor     %edi, %edi
        movb    $0x5a, (%rax)
        ret
fetch_at:
        call    1f
        mov     %rdi, %rax
        ret
1:      mov     %rdi, %rax
        xor     %edi, %edi
        jmp     *%rax
return_here:
        ret
// What tsel says of the address.
rights_at:
        tsel    %rax, %rdi
        ret
        .section .note.GNU-stack, "", @progbits
