// SPDX-License-Identifier: GPL-2.0-or-later
// HOP_CALLS calls of a gate of another code space that returns at once. The other space has nothing but the page with
// the two instructions.
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/program.h"

extern "C" {
void null_gate();
void call_gate(uint64_t selector, uint64_t times);
}

asm(R"(
        .text
        .balign 4096
null_gate:
        gret
        .balign 4096
call_gate:
        test    %rsi, %rsi
        jz      2f
1:      mov     %rdi, %r11
        gcall   %r11
        dec     %rsi
        jnz     1b
2:      ret
)");

int hop_main() {
  namespace kernel = hop::kernel;
  const auto page = reinterpret_cast<uint64_t>(null_gate);
  const hop::Reply space = kernel::space_create(asx::kSpaceCode, 16, 0x6c6c756e, 0);
  if (space.is_error()) return 1;
  const uint64_t rights = hop::kProtectRead | hop::kProtectExecute;
  if (kernel::space_share(space.value, page, hop::kSelf, page, asx::kPageSize, rights).is_error()) return 2;
  if (kernel::pool_add(space.value, page, 0).is_error()) return 3;
  const hop::Reply gate =
      kernel::gate_create(space.value, page, 0, static_cast<uint64_t>(asx::StackPolicy::Pool), 0, 0);
  if (gate.is_error()) return 4;
  call_gate(static_cast<uint64_t>(gate.value), HOP_CALLS);
  return 0;
}
