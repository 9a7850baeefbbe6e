// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's calls as functions, one for each row of kernel/abi/calls.def; arguments and errors are described there.
#pragma once
#include "kernel/abi/call.h"
#include "userland/runtime/gate_call.h"

namespace hop::kernel {

inline Reply call(Call number, const Arguments& arguments = {}) {
  return gate_call(kKernelGate, static_cast<uint64_t>(number), arguments);
}

#define HOP_CALL(number, name, count, ...)                                                     \
  template <typename... Values>                                                                \
  inline Reply name(Values... values) {                                                        \
    static_assert(sizeof...(Values) == count, "kernel/abi/calls.def says how many arguments"); \
    return call(Call::name, Arguments{static_cast<uint64_t>(values)...});                      \
  }
#include "kernel/abi/calls.def"
#undef HOP_CALL

[[nodiscard]] inline uint64_t info(SystemInfo item, uint64_t number = 0) {
  const Reply answer = system_info(static_cast<uint64_t>(item) + number);
  return answer.is_error() ? 0 : static_cast<uint64_t>(answer.value);
}

constexpr uint64_t kNoDeadline = ~uint64_t{0};

}  // namespace hop::kernel
