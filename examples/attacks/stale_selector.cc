// SPDX-License-Identifier: GPL-2.0-or-later
// Stale selector: using a name after it was withdrawn, and getting its next owner. Works with --generations=off.
//
// A tenant is lent a space, and the loan ends in one of two ways: the landlord empties the slot in the tenant's list
// and puts something else there, for which the tenant would get another selector; or the space is destroyed, and its
// number goes to a new space that the tenant was never given. The tenant has kept the old selector and uses it.
#include "examples/attacks/support/component.h"
#include "examples/attacks/support/report.h"
#include "userland/runtime/program.h"

namespace {

constexpr uint64_t kLent = 0x1e47, kSecret = 0x5ec2e7;
constexpr uint16_t kSlot = 4, kOtherSlot = 5;  ///< of the tenant's list

}  // namespace

// Register atlas
//   tenant_read     by gcall: reads the word at RDI into RAX
asm(R"(
        .text
        .globl  tenant_read
tenant_read:
        mov     (%rdi), %rax
        xor     %edx, %edx
        xor     %edi, %edi
        gret
)");
extern "C" void tenant_read();

int hop_main() {
  using namespace attack;
  using namespace hop::kernel;
  const uint16_t tenant = make_component("tenant", 1);
  const uint16_t read = make_gate(tenant, tenant_read);

  // the slot gets another owner
  grant(tenant, kSlot, make_data("loan", kLent), hop::kRightRead);
  tell("lent, in a slot", call(read, address_in(kSlot, 0)));
  must(list_remove(tenant, kSlot));
  grant(tenant, kSlot, make_data("secret", kSecret), hop::kRightRead);
  const ExitStatus slot =
      judge("the slot's next owner, by the old selector", call(read, address_in(kSlot, 0)), kSecret);

  // the space's number gets another owner
  const uint16_t loan = make_data("loan", kLent);
  grant(tenant, kOtherSlot, loan, hop::kRightRead);
  tell("lent, in a space", call(read, address_in(kOtherSlot, 0)));
  must(space_destroy(loan));
  static_cast<void>(make_data("heir", kSecret));  // the id given back last comes first
  const ExitStatus space =
      judge("the number's next owner, by the old entry", call(read, address_in(kOtherSlot, 0)), kSecret);
  return slot == kSucceeded && space == kSucceeded ? kSucceeded : kRefused;
}
