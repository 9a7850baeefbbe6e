// SPDX-License-Identifier: GPL-2.0-or-later
// System registers (ldsys writes, stsys reads; both privileged) and the fields gframe reads.
#pragma once
#include <cstdint>

namespace asx {

enum class SystemRegister : uint8_t {
  SpaceTable = 0,   ///< physical address of SpaceDescriptor[]
  SpaceCount = 1,   ///< descriptors in it
  VectorTable = 2,  ///< physical address of VectorEntry[kVectorCount]
  Thread = 3,       ///< physical address of the thread block in force; read only (tswitch changes it)
  EventMask = 4,    ///< bit n: interrupt line n is held back. Exceptions cannot be masked
  Pending = 5,      ///< bit n: line n asks; read only
  Clock = 6,        ///< virtual time in ticks (instructions, or nanoseconds with --realtime); read only
  Compare = 7,      ///< the timer line asks while Clock >= Compare; ~0 = never
  CpuId = 8,        ///< number of this CPU; read only
  Signal = 9,       ///< written: bit n raises kSignalLine of CPU n. Read: bit n: CPU n has; the line goes down
};
constexpr uint32_t kSystemRegisterCount = 10;

enum class FrameField : uint8_t {
  Depth = 0,          ///< frames on the secure stack
  FreeFrames = 1,     ///< free above the reserve
  CallerSpace = 2,    ///< code space id in the top frame
  GateParameter = 3,  ///< of the gate through which the top frame was pushed
  Kind = 4,           ///< FrameKind of the top frame, 0 if there is none
  CallerGeneration = 5,
};
constexpr uint32_t kFrameFieldCount = 6;

/// What tsel answers.
enum SelectorRight : uint64_t {
  kSelectorRead = 1u << 0,
  kSelectorWrite = 1u << 1,
  kSelectorGate = 1u << 2,
};

/// invspace with this id drops everything cached.
constexpr uint64_t kAllSpaces = ~uint64_t{0};

/// CPUID leaf by which a guest learns of ASX: EAX "ASX1", EBX selector bits, ECX the reserve and EDX all frames that a
/// thread's secure stack should have.
constexpr uint32_t kFeatureLeaf = 0x40000100;
constexpr uint32_t kFeatureSignature = 0x31585341;

/// CPUID leaf after it: EAX has the bits of those variant flags that software has to know of.
constexpr uint32_t kVariantLeaf = kFeatureLeaf + 1;
enum VariantBit : uint32_t {
  kVariantReturnInMemory = 1u << 0,     ///< --return-stack=memory
  kVariantSavesAll = 1u << 1,           ///< --save=all
  kVariantSavesNone = 1u << 2,          ///< --save=none
  kVariantAccessRegisters = 1u << 3,    ///< --operand=access-register
  kVariantSegments = 1u << 4,           ///< --operand=segment
  kVariantCodeListOfThread = 1u << 5,   ///< --bind=stack, none: the code half is the thread's
  kVariantStackListOfThread = 1u << 6,  ///< --bind=code, none: the stack half is
  kVariantOneSpace = 1u << 7,           ///< --spaces=one
};

}  // namespace asx
