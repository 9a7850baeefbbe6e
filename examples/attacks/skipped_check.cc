// SPDX-License-Identifier: GPL-2.0-or-later
// Skipped check: entering a service behind its own test of the caller. Works with --entry=anywhere.
//
// The vault opens for those who show a badge: it reads a word through the caller's stack half, and whoever has no badge
// space there makes it fault. The attacker has no badge, but it knows the vault's code, and names the instruction
// behind the test as the place to enter.
#include "examples/attacks/support/component.h"
#include "examples/attacks/support/report.h"
#include "userland/runtime/program.h"

namespace {

constexpr uint64_t kSecret = 0x5ec2e7;
constexpr uint64_t kBadge = 0xbad9e;
constexpr uint16_t kVaultData = 4;   ///< in the vault's list: the secret, and the word that a badge must have
constexpr uint16_t kBadgeIndex = 7;  ///< where callers have their badge: slot 7 of their stack half

}  // namespace

// Register atlas
//   vault_entry     by gcall, through the gate; leaves the secret in RAX, or 0
//   vault_opened    the instruction behind the test
asm(R"(
        .text
        .globl  vault_entry, vault_opened
vault_entry:
        movabs  $0x8007000000000000, %rcx
        mov     (%rcx), %rcx
        movabs  $0x0004000000000008, %rax
        cmp     (%rax), %rcx
        jne     1f
vault_opened:
        movabs  $0x0004000000000000, %rax
        mov     (%rax), %rax
        jmp     2f
1:      xor     %eax, %eax
2:      xor     %ecx, %ecx
        xor     %edx, %edx
        gret
)");

extern "C" {
void vault_entry();
void vault_opened();
}

int hop_main() {
  using namespace attack;
  using namespace hop::kernel;
  const uint16_t vault = make_component("vault", 1);
  const uint16_t gate = make_gate(vault, vault_entry);
  grant(vault, kVaultData, make_data("secret", kSecret, kBadge), hop::kRightRead);

  const uint16_t badge = make_data("badge", kBadge);
  const uint16_t shown = must(list_insert(hop::kSelfStack, kBadgeIndex, badge, hop::kRightRead));
  tell("with a badge, through the gate", call(gate));
  must(list_remove(hop::kSelfStack, shown));
  tell("without a badge, through the gate", call(gate));

  const uint64_t behind_the_check = reinterpret_cast<uint64_t>(vault_opened) << 16 | gate;
  return judge("without a badge, behind the check", call(behind_the_check), kSecret);
}
