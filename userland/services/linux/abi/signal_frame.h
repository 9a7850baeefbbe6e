// SPDX-License-Identifier: GPL-2.0-or-later
// What Linux lays on a program's stack for a signal handler, x86-64 (uapi/asm/sigcontext.h, asm-generic/siginfo.h).
#pragma once
#include <cstdint>

#include "userland/services/linux/abi/signal.h"

namespace hop::personality {

struct SignalRegisters {
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags;
  uint64_t segments;  ///< CS, GS, FS, SS, 16 bits each
  uint64_t error_code, vector, old_mask, fault_address;
  uint64_t vector_state;  ///< address of VectorState, 0 = none
  uint64_t reserved[8];
};
static_assert(sizeof(SignalRegisters) == 256);

struct SignalContext {
  uint64_t flags, link;
  SignalStack stack;
  SignalRegisters registers;
  uint64_t mask;
};

struct SignalInformation {
  int32_t signal, error, code, padding0;
  uint64_t address;  ///< of a fault; for signals of a task: its id in the low half, the user's in the high one
  uint64_t rest[13];
};
static_assert(sizeof(SignalInformation) == 128);

struct SignalFrame {
  uint64_t return_address;  ///< the restorer, which calls rt_sigreturn
  SignalContext context;
  SignalInformation information;
};
static_assert(sizeof(SignalFrame) == 8 + 304 + 128);

/// What FXSAVE writes (Intel SDM vol. 1, 10.5.1).
struct alignas(16) VectorState {
  uint8_t bytes[512];
};
constexpr uint64_t kMxcsrOffset = 24;
constexpr uint32_t kMxcsrKnown = 0xffff;

enum SignalCode : int32_t {
  kCodeUser = 0,
  kCodeExited = 1,  ///< of SIGCHLD
  kCodeThread = -6,
  kCodeKernel = 0x80,
  kCodeNotMapped = 1,
  kCodeNoRight = 2,
  kCodeDivide = 1,
  kCodeOperand = 2,
};

}  // namespace hop::personality
