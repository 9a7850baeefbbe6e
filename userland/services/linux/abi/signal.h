// SPDX-License-Identifier: GPL-2.0-or-later
// Linux's signals as its kernel sees them, x86-64 (uapi/asm/signal.h, asm/sigcontext.h).
#pragma once
#include <cstdint>

namespace hop::personality {

enum SignalNumber : uint32_t {
  kSigHangUp = 1,
  kSigInterrupt = 2,
  kSigQuit = 3,
  kSigIllegal = 4,
  kSigTrap = 5,
  kSigAbort = 6,
  kSigBus = 7,
  kSigFloatingPoint = 8,
  kSigKill = 9,
  kSigUser1 = 10,
  kSigSegment = 11,
  kSigUser2 = 12,
  kSigPipe = 13,
  kSigAlarm = 14,
  kSigTerminate = 15,
  kSigChild = 17,
  kSigContinue = 18,
  kSigStop = 19,
  kSigTerminalStop = 20,
  kSigTerminalInput = 21,
  kSigTerminalOutput = 22,
  kSigUrgent = 23,
  kSigWindow = 28,
  kSigSystem = 31,
};
constexpr uint32_t kSignalCount = 64;  ///< numbers 1-64
constexpr uint64_t kSignalSetBytes = 8;

[[nodiscard]] constexpr uint64_t signal_bit(uint32_t signal) {
  return uint64_t{1} << (signal - 1);
}

constexpr uint64_t kHandlerDefault = 0, kHandlerIgnore = 1;
enum SignalActionFlag : uint64_t {
  kActionNoChildStop = 1,
  kActionNoChildWait = 2,
  kActionInformation = 4,
  kActionRestorer = 0x04000000,
  kActionOnStack = 0x08000000,
  kActionRestart = 0x10000000,
  kActionNoDefer = 0x40000000,
  kActionReset = 0x80000000,
};
struct SignalAction {
  uint64_t handler, flags, restorer, mask;
};

enum SignalMaskOperation : uint64_t { kMaskBlock = 0, kMaskUnblock = 1, kMaskSet = 2 };

struct SignalStack {
  uint64_t address;
  int32_t flags, padding0;
  uint64_t bytes;
};
constexpr int32_t kStackOn = 1, kStackDisabled = 2;
constexpr uint64_t kMinimumAlternateStack = 2048;

}  // namespace hop::personality
