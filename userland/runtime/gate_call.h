// SPDX-License-Identifier: GPL-2.0-or-later
// Hopping through a gate, from C++ (native gate-call convention: userland/README.md).
#pragma once
#include <cstdint>

#include "asx/intrinsics.h"
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

/// Calls through the gate that the selector names. A refused gcall faults in this space (manual 4.3).
inline Reply gate_call(uint16_t selector, uint64_t operation, const Arguments& arguments = {}) {
  register uint64_t rax asm("rax") = operation;
  register uint64_t rdi asm("rdi") = arguments.a;
  register uint64_t rsi asm("rsi") = arguments.b;
  register uint64_t rdx asm("rdx") = arguments.c;
  register uint64_t r10 asm("r10") = arguments.d;
  register uint64_t r8 asm("r8") = arguments.e;
  register uint64_t r9 asm("r9") = arguments.f;
  register uint64_t r11 asm("r11") = selector;
  if (is_variant(asx::kVariantSavesNone)) {  // whoever is called may do what it likes with RBX RBP R12-R15
    asm volatile(
        "push %%rbx\npush %%rbp\npush %%r12\npush %%r13\npush %%r14\npush %%r15\ngcall %[gate]\n"
        "pop %%r15\npop %%r14\npop %%r13\npop %%r12\npop %%rbp\npop %%rbx"
        : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), [gate] "+r"(r11)
        :
        : "rcx", "memory", "cc");
  } else {
    asm volatile("gcall %[gate]"
                 : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r10), "+r"(r8), "+r"(r9), [gate] "+r"(r11)
                 :
                 : "rcx", "memory", "cc");
  }
  return {static_cast<int64_t>(rax), rdx};
}

}  // namespace hop
