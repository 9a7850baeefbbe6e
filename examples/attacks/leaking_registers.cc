// SPDX-License-Identifier: GPL-2.0-or-later
// Leaking registers: reading what the other side of a gate call left in registers. Works with --save=none.
//
// The compilers of both sides keep what they like in RBX, RBP and R12-R15: a key, say. Neither passes it to the other.
// First a service looks at what its caller has there, then a caller at what a service has left there.
#include "examples/attacks/support/component.h"
#include "examples/attacks/support/report.h"
#include "userland/runtime/program.h"

// Register atlas
//   curious_entry   by gcall: returns in RAX what it finds in RBX RBP R12-R15, all ORed together
//   careless_entry  by gcall: leaves with its key in RBX RBP R12-R15
//   call_with       System V: RDI gate, RSI what RBX RBP R12-R15 have during the call. Returns RAX of the callee, and
//                   in RDX those six registers after the call, ORed together
asm(R"(
        .text
        .globl  curious_entry, careless_entry, call_with
curious_entry:
        mov     %rbx, %rax
        or      %rbp, %rax
        or      %r12, %rax
        or      %r13, %rax
        or      %r14, %rax
        or      %r15, %rax
        xor     %edx, %edx
        gret
careless_entry:
        mov     $0x5ec2e7, %ebx
        mov     %rbx, %rbp
        mov     %rbx, %r12
        mov     %rbx, %r13
        mov     %rbx, %r14
        mov     %rbx, %r15
        xor     %eax, %eax
        xor     %edx, %edx
        gret
call_with:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rdi, %r11
        mov     %rsi, %rbx
        mov     %rsi, %rbp
        mov     %rsi, %r12
        mov     %rsi, %r13
        mov     %rsi, %r14
        mov     %rsi, %r15
        xor     %edi, %edi
        xor     %esi, %esi
        gcall   %r11
        mov     %rbx, %rdx
        or      %rbp, %rdx
        or      %r12, %rdx
        or      %r13, %rdx
        or      %r14, %rdx
        or      %r15, %rdx
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret
)");

extern "C" {
void curious_entry();
void careless_entry();
hop::Reply call_with(uint64_t gate, uint64_t value);
}

int hop_main() {
  using namespace attack;
  constexpr uint64_t kSecret = 0x5ec2e7;
  const uint16_t curious = make_gate(make_component("curious", 1), curious_entry);
  const uint16_t careless = make_gate(make_component("careless", 1), careless_entry);

  const auto seen = static_cast<uint64_t>(call_with(curious, kSecret).value);
  const ExitStatus inwards = judge("a service looks at its caller's registers", {.value = seen}, kSecret);
  const uint64_t left = call_with(careless, 0).second;
  const ExitStatus outwards = judge("a caller looks at the service's registers", {.value = left}, kSecret);
  return inwards == kSucceeded && outwards == kSucceeded ? kSucceeded : kRefused;
}
