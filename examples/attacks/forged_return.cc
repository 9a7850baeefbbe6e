// SPDX-License-Identifier: GPL-2.0-or-later
// Forged return: gaining a stack space that the caller had narrowed away. Works with --return-stack=memory.
//
// The program has a secret in a space that only its stack space's list names. Before it calls a component that it
// does not trust, it narrows: the component runs with a stack space whose list is empty. The component calls itself
// and, in the inner call, overwrites what its own return will read on its stack: "return to me, with stack space n".
// If the return believes that, it is back in its own code with the caller's broad stack half in force.
#include "asx/intrinsics.h"
#include "examples/attacks/support/component.h"
#include "examples/attacks/support/report.h"
#include "isa-ext/abi/structures.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/program.h"

namespace {

constexpr uint64_t kSecret = 0x5ec2e7;
constexpr uint16_t kForgeGate = 4;                      ///< in the component's list
constexpr uint64_t kHighestId = 64;                     ///< ids are small numbers, and no secret
constexpr uint16_t kSecretIndex = 5, kNarrowIndex = 6;  ///< in the list of the program's stack space

}  // namespace

static_assert(offsetof(asx::ReturnRecord, ss_id) == 8 && offsetof(asx::ReturnRecord, ss_generation) == 12);

// Register atlas
//   forge_entry     by gcall: RDI id of a space, RSI its generation. Writes them where, with --return-stack=memory, the
//                   hardware has put those of the caller's stack space: 64 bytes below the top of this stack
//   call_narrowed   System V: RDI selector of a narrow stack space, RSI RSP in it, RDX gate, RCX the callee's RDI.
//                   Returns the callee's RAX and RDX
asm(R"(
        .text
        .globl  forge_entry, call_narrowed
forge_entry:
        lea     4095(%rsp), %rax
        and     $-4096, %rax
        mov     %edi, -64+8(%rax)
        mov     %esi, -64+12(%rax)
        xor     %eax, %eax
        xor     %edx, %edx
        gret

call_narrowed:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rdx, %r11
        narrow  %rdi, %rsi
        mov     %rcx, %rdi
        xor     %eax, %eax
        gcall   %r11
        widen
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret
)");

extern "C" {
void forge_entry();
hop::Reply call_narrowed(uint64_t narrow, uint64_t rsp, uint64_t gate, uint64_t rdi);

void accomplice_entry();
/// Runs in the component. RDI: where the secret lies in the broad stack half.
hop::Reply accomplice(const hop::Request& request) {
  const uint64_t secret = request.arguments.a;
  for (uint64_t id = 2; id <= kHighestId && asx::tsel(secret) == 0; ++id) {
    hop::gate_call(kForgeGate, 0, {id, 0});
  }
  return {*reinterpret_cast<volatile int64_t*>(secret), 0};
}
}
HOP_GATE(accomplice_entry, accomplice);

int hop_main() {
  using namespace attack;
  using namespace hop::kernel;
  const uint16_t data = make_data("secret", kSecret);
  const uint16_t secret = must(list_insert(hop::kSelfStack, kSecretIndex, data, hop::kRightRead));

  const uint16_t stack = must(space_create(asx::kSpaceStack, 8, 0x776f7272616e /* "narrow" */, 0));
  must(space_map(stack, 0, 4096, hop::kProtectRead | hop::kProtectWrite));
  const uint16_t narrow = must(list_insert(hop::kSelfStack, kNarrowIndex, stack, hop::kRightRead | hop::kRightWrite));

  const uint16_t component = make_component("untrusted", 2);
  const uint16_t gate = make_gate(component, accomplice_entry);
  grant(component, kForgeGate, make_gate(component, forge_entry), 0);

  const hop::Reply reply = call_narrowed(narrow, address_in(hop::kStackSpace, 4096), gate, address_in(secret, 0));
  const Outcome outcome = outcome_of(static_cast<uint64_t>(reply.value), reply.second);
  return judge("a narrowed component reads the broad stack half by a forged return", outcome, kSecret);
}
