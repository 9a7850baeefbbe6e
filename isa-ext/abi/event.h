// SPDX-License-Identifier: GPL-2.0-or-later
// Events (exceptions and interrupts) and the causes of #AS, the one exception ASX adds.
#pragma once
#include <cstdint>

namespace asx {

/// Index into the vector table. 0-31 are x86 exceptions, 32 and up interrupts.
enum Vector : uint32_t {
  kVectorDivideError = 0,
  kVectorDebug = 1,
  kVectorBreakpoint = 3,
  kVectorOverflow = 4,
  kVectorInvalidOpcode = 6,
  kVectorGeneralProtection = 13,
  kVectorPageFault = 14,
  kVectorFloatingPoint = 16,
  kVectorAlignment = 17,
  kVectorSimd = 19,
  kVectorAddressSpace = 24,  ///< #AS; a number x86 leaves reserved
  kVectorInterrupt = 32,     ///< + interrupt line; line 0 is the interval timer, line 31 other CPUs
};
constexpr uint32_t kVectorCount = 64;
constexpr uint32_t kInterruptLines = 32;
constexpr uint32_t kTimerLine = 0;
constexpr uint32_t kSignalLine = 31;  ///< asks while another CPU's signal has not been taken (SystemRegister::Signal)

/// Which check failed, in the order of the checks (manual chapter 4). The first that fails wins.
enum class AsCause : uint8_t {
  None = 0,
  // the entry, for data and for gates alike
  SelectorIndex = 1,  ///< index beyond the list
  EntryInvalid = 2,
  EntryKind = 3,       ///< data through a gate entry, or a call through a space entry
  SlotGeneration = 4,  ///< the slot has had another owner since the selector was made
  SpaceInvalid = 5,
  SpaceGeneration = 6,  ///< the space died since the entry was granted
  Rights = 7,
  // fetch
  FetchSelector = 8,  ///< fetch outside half 0, index 0
  // gate call
  NotCodeSpace = 9,
  GateIndex = 10,
  GateInvalid = 11,
  Authority = 12,
  SecureStackFull = 13,
  PoolEmpty = 14,
  // return
  SecureStackEmpty = 15,
  FrameKind = 16,
  ReturnCodeSpace = 17,  ///< the code space to return to died
  ReturnStackSpace = 18,
  // narrow, widen
  NotStackSpace = 19,
  WidenSpace = 20,  ///< the narrow frame was pushed by another code space
  // other
  Privilege = 21,
  NoSyscallGate = 22,
  Operand = 23,     ///< no such system register, frame field or thread block
  Addressing = 24,  ///< a structure, table or page lies outside physical memory
  // gate call with --return-stack=memory
  ReturnRecord = 25,  ///< the stack that the gate hands out cannot be written
  // gate call and return with --spaces=one
  Switch = 26,  ///< no error: all checks have passed, and the kernel is asked to switch spaces
};

enum class Access : uint8_t { Read = 0, Write = 1, Fetch = 2, None = 3 };

/// What was being done when a check failed.
enum class AsOperation : uint8_t {
  Data = 0,
  Fetch = 1,
  GateCall = 2,
  Return = 3,
  Narrow = 4,
  Widen = 5,
  Other = 6,
  Event = 7,
  Grant = 8  ///< gcalla: the space to be lent
};

/// The error code of #AS: cause in bits 7-0, access in 9-8, operation in 15-12.
struct AsError {
  AsCause cause = AsCause::None;
  Access access = Access::None;
  AsOperation operation = AsOperation::Other;

  [[nodiscard]] constexpr uint32_t code() const {
    return static_cast<uint32_t>(cause) | (static_cast<uint32_t>(access) << 8) |
           (static_cast<uint32_t>(operation) << 12);
  }
  [[nodiscard]] static constexpr AsError from_code(uint32_t code) {
    return {static_cast<AsCause>(code & 0xff), static_cast<Access>((code >> 8) & 3),
            static_cast<AsOperation>((code >> 12) & 15)};
  }
  friend constexpr bool operator==(AsError, AsError) = default;
};

/// Error code of #PF, as on x86 (Intel SDM vol. 3, 4.7).
enum PageFaultFlag : uint32_t {
  kPageFaultPresent = 1u << 0,  ///< a rights violation, not an absent page
  kPageFaultWrite = 1u << 1,
  kPageFaultUser = 1u << 2,  ///< the code space is not privileged
  kPageFaultReserved = 1u << 3,
  kPageFaultFetch = 1u << 4,
};

/// Page-table entry bits, as on x86-64.
enum PageTableFlag : uint64_t {
  kPtePresent = 1ull << 0,
  kPteWrite = 1ull << 1,
  kPteUser = 1ull << 2,  ///< ignored: a space has one privilege
  kPteAccessed = 1ull << 5,
  kPteDirty = 1ull << 6,
  kPteLarge = 1ull << 7,  ///< 2 MiB in a PDE, 1 GiB in a PDPTE
  kPteNoExecute = 1ull << 63,
};
constexpr uint64_t kPteAddressMask = 0x000ffffffffff000ull;

}  // namespace asx
