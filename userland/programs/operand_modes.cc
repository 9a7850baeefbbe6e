// SPDX-License-Identifier: GPL-2.0-or-later
// Copies a text from its own code space to its stack space and writes it from there: by tagged pointers, and in the
// mode that --operand offers (manual 7.1).
#include "isa-ext/abi/structures.h"
#include "userland/interfaces/console/console.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/machine_variant.h"
#include "userland/runtime/memory.h"
#include "userland/runtime/program.h"

extern "C" void copy_in_mode(void* to, const void* from, uint64_t bytes, asx::OperandMode mode);

namespace {

constexpr uint64_t kBuffer = uint64_t{hop::kStackSpace} << 48 | 0x20000;
constexpr uint64_t kLength = 48;

/// Of one length, a multiple of 8.
alignas(8) constexpr char kTexts[][kLength + 1] = {
    "copied by tagged pointers                      \n",
    "copied in access-register mode                 \n",
    "copied in segment mode                         \n",
};

asx::OperandMode offered_mode() {
  if (hop::is_variant(asx::kVariantAccessRegisters)) return asx::OperandMode::AccessRegister;
  return hop::is_variant(asx::kVariantSegments) ? asx::OperandMode::Segment : asx::OperandMode::Tagged;
}

bool copy_and_write(uint16_t console, asx::OperandMode mode) {
  memset(reinterpret_cast<void*>(kBuffer), 0, kLength);
  copy_in_mode(reinterpret_cast<void*>(kBuffer), kTexts[static_cast<unsigned>(mode)], kLength, mode);
  const auto write = static_cast<uint64_t>(hop::console::Operation::Write);
  return hop::gate_call(console, write, {0, kBuffer, kLength}).value == static_cast<int64_t>(kLength);
}

}  // namespace

int hop_main() {
  const hop::Reply gate = hop::find_gate("console", true);
  if (gate.is_error()) return 1;
  const hop::Reply mapped =
      hop::kernel::space_map(hop::kSelfStack, 0x20000, 4096, hop::kProtectRead | hop::kProtectWrite);
  if (mapped.is_error()) return 2;
  const auto console = static_cast<uint16_t>(gate.value);
  if (!copy_and_write(console, asx::OperandMode::Tagged)) return 3;
  const asx::OperandMode mode = offered_mode();
  if (mode == asx::OperandMode::Tagged) return 0;
  return copy_and_write(console, mode) ? 0 : 4;
}
