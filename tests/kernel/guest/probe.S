// SPDX-License-Identifier: GPL-2.0-or-later
// The gate behind which guest::probe() tries things. Stack policy: keep.
//
// Register atlas
//   probe_entry     arrives  by gcall: RDI function, RSI its argument; leaves RAX 0
//   probe_recovery  arrives  by the kernel after a fault: RAX vector << 32 | error code, R11 fault address;
//                            leaves RAX the same with bit 62 set, RDX the address
#include "asx/macros.inc"

        .text
        .globl  probe_entry, probe_recovery
probe_entry:
        mov     %rdi, %rax
        mov     %rsi, %rdi
        call    *%rax
        xor     %eax, %eax
        jmp     leave
probe_recovery:
        bts     $62, %rax
        mov     %r11, %rdx
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
