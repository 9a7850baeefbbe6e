// SPDX-License-Identifier: GPL-2.0-or-later
// The driver's data: reading what a driver keeps, without asking it. Works with --bind=stack (and none).
//
// A driver keeps its data in a space that only its own list names; its client may call it, and gets an answer computed
// from the data. Then the client uses the driver's selector itself. By default the set follows the code: the selector
// indexes the client's list, where the slot is empty. Where the set does not follow the code, driver and client
// have the same one, and every pointer of the driver works in the client.
#include "examples/attacks/support/component.h"
#include "examples/attacks/support/report.h"
#include "userland/runtime/program.h"

namespace {

constexpr uint64_t kSecret = 0x5ec2e7, kAnswer = 0x1e47;
constexpr uint16_t kDriverData = 6;  ///< in the driver's list; the code of driver_entry knows it
constexpr uint16_t kDriverGate = 5;  ///< in the client's list; so does client_asks

}  // namespace

// Register atlas
//   driver_entry    by gcall: leaves the second word of its data in RAX; the first is nobody's business
//   client_asks     by gcall: calls the driver and returns what it says
//   client_reads    by gcall: reads the word at RDI into RAX
asm(R"(
        .text
        .globl  driver_entry, client_asks, client_reads
driver_entry:
        movabs  $0x0006000000000008, %rax
        mov     (%rax), %rax
        xor     %edx, %edx
        gret

client_asks:
        mov     $5, %eax
        gcall   %rax
        gret

client_reads:
        mov     (%rdi), %rax
        xor     %edx, %edx
        xor     %edi, %edi
        gret
)");

extern "C" {
void driver_entry();
void client_asks();
void client_reads();
}

int hop_main() {
  using namespace attack;
  const uint16_t driver = make_component("driver", 1);
  grant(driver, kDriverData, make_data("data", kSecret, kAnswer), hop::kRightRead);

  const uint16_t client = make_component("client", 1);
  grant(client, kDriverGate, make_gate(driver, driver_entry), 0);

  tell("a client asks the driver", call(make_gate(client, client_asks)));
  return judge("a client reads the driver's data", call(make_gate(client, client_reads), address_in(kDriverData, 0)),
               kSecret);
}
