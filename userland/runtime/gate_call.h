// SPDX-License-Identifier: GPL-2.0-or-later
// Hopping through a gate, from C++ (native gate-call convention: userland/README.md).
#pragma once
#include <cstdint>

#include "asx/intrinsics.h"
#include "isa-ext/abi/address.h"
#include "kernel/abi/status.h"
#include "userland/runtime/machine_variant.h"

namespace hop {

/// What a gate answered: a value >= 0 or a Status, and a second value.
struct Reply {
  int64_t value = 0;
  uint64_t second = 0;
  [[nodiscard]] bool is_error() const { return value < 0; }
  [[nodiscard]] Status status() const { return value < 0 ? static_cast<Status>(value) : Status::Ok; }
};

[[nodiscard]] inline constexpr Reply reply(Status status) {
  return {static_cast<int64_t>(status), 0};
}

/// Six arguments at the most: RDI RSI RDX R10 R8 R9.
struct Arguments {
  uint64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0;
};

/// The argument slot: how code names what its caller has lent to it (manual 1.2).
constexpr uint16_t kLent = asx::kArgumentIndex;

namespace detail {

// With --save=none whoever is called may do what it likes with RBX RBP R12-R15.
#define HOP_CALL_GATE(INSTRUCTION)                                                                       \
  if (is_variant(asx::kVariantSavesNone)) {                                                              \
    asm volatile("push %%rbx\npush %%rbp\npush %%r12\npush %%r13\npush %%r14\npush %%r15\n" INSTRUCTION  \
                 "\npop %%r15\npop %%r14\npop %%r13\npop %%r12\npop %%rbp\npop %%rbx"                    \
                 : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), "+r"(r11), \
                   "+r"(rcx)::"memory", "cc");                                                           \
  } else {                                                                                               \
    asm volatile(INSTRUCTION                                                                             \
                 : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), "+r"(r11), \
                   "+r"(rcx)::"memory", "cc");                                                           \
  }

template <bool kLends>
inline Reply gate_call(uint16_t selector, uint64_t loan, uint64_t operation, const Arguments& arguments) {
  register uint64_t rax asm("rax") = operation;
  register uint64_t rdi asm("rdi") = arguments.a;
  register uint64_t rsi asm("rsi") = arguments.b;
  register uint64_t rdx asm("rdx") = arguments.c;
  register uint64_t r10 asm("r10") = arguments.d;
  register uint64_t r8 asm("r8") = arguments.e;
  register uint64_t r9 asm("r9") = arguments.f;
  register uint64_t r11 asm("r11") = selector;
  register uint64_t rcx asm("rcx") = loan;
  if constexpr (kLends) {
    HOP_CALL_GATE("gcalla %%r11, %%rcx")
  } else {
    HOP_CALL_GATE("gcall %%r11")
  }
  return {static_cast<int64_t>(rax), rdx};
}

#undef HOP_CALL_GATE

}  // namespace detail

/// Calls through the gate that the selector names. A refused gcall faults in this space (manual 4.3).
inline Reply gate_call(uint16_t selector, uint64_t operation, const Arguments& arguments = {}) {
  return detail::gate_call<false>(selector, 0, operation, arguments);
}

/// A space to lend with a call, and the rights (asx::LendFlag).
struct Loan {
  uint16_t selector;
  uint64_t rights;
};

/// The same, and until it returns the callee has the space at the selector kLent (manual 3.13).
inline Reply gate_call_lending(const Loan& loan, uint16_t selector, uint64_t operation,
                               const Arguments& arguments = {}) {
  return detail::gate_call<true>(selector, loan.selector | loan.rights, operation, arguments);
}

}  // namespace hop
