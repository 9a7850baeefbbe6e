// SPDX-License-Identifier: GPL-2.0-or-later
// Making gates: an entry that is a C++ function, the stacks it runs on, and a name for others to find it by.
#pragma once
#include <cstddef>
#include <cstdint>

#include "isa-ext/abi/structures.h"
#include "userland/runtime/gate_call.h"

namespace hop {

/// What came through a gate. The entry code (HOP_GATE) lays it on the gate's stack in this order.
struct Request {
  uint64_t operation;
  Arguments arguments;
  uint64_t parameter;  ///< the gate's
};

/// Defines `extern "C" void ENTRY()`, the entry of a gate with stack policy pool, which calls
/// `extern "C" hop::Reply HANDLER(const hop::Request&)`. Both must be declared before.
// Register atlas: arrives by gcall with RAX operation, RDI RSI RDX R10 R8 R9 arguments, R11 parameter, RSP top of a
// pool stack (16-byte aligned); RBX RBP R12-R15 are 0, and the caller's frame has its own. Leaves RAX RDX the reply,
// everything else that gret does not restore is zero.
#define HOP_GATE(ENTRY, HANDLER)                                         \
  asm(".text\n.globl " #ENTRY "\n.type " #ENTRY ", @function\n" #ENTRY   \
      ":\n"                                                              \
      "push %r11\npush %r9\npush %r8\npush %r10\npush %rdx\npush %rsi\n" \
      "push %rdi\npush %rax\nmov %rsp, %rdi\nxor %ebp, %ebp\n"           \
      "call " #HANDLER                                                   \
      "\n"                                                               \
      "xor %ecx, %ecx\nxor %esi, %esi\nxor %edi, %edi\nxor %r8d, %r8d\n" \
      "xor %r9d, %r9d\nxor %r10d, %r10d\nxor %r11d, %r11d\ngret\n")

/// Gives the gates of this space `count` stacks of `size` bytes, each with an unmapped page below it. They have their
/// frames from the beginning: a thread that holds a lock in here is not to end for want of a page.
[[nodiscard]] Status add_stacks(unsigned count, uint64_t size);

/// A gate into this space with stack policy pool and the runtime's recovery; its selector is the value.
[[nodiscard]] Reply make_gate(void (*entry)(), uint64_t parameter);

/// Tells the names service; at most 24 characters.
[[nodiscard]] Status register_name(const char* name, uint16_t gate);
/// A selector of the gate that is registered under the name. wait: until there is one.
[[nodiscard]] Reply find_gate(const char* name, bool wait);

}  // namespace hop
