// SPDX-License-Identifier: GPL-2.0-or-later
// Byte offsets of the structures of manual chapter 2, as isa-ext/abi/structures.h lays them out; written down here
// once more, so that a field that moves shows.
#pragma once
#include <cstdint>

namespace oracle::at {

// space descriptor, 64 bytes
constexpr uint64_t kDescriptorSize = 64, kSpaceFlags = 0, kSpaceGeneration = 4, kPageTableRoot = 8, kList = 16,
                   kListLength = 24, kGateCount = 28, kGateTable = 32, kSyscallSelector = 40, kAuthority = 44;
// access-list entry, 32 bytes
constexpr uint64_t kEntrySize = 32, kEntryFlags = 0, kEntryKind = 4, kEntrySlotGeneration = 8, kEntrySpace = 12,
                   kEntrySpaceGeneration = 16, kEntryGate = 20;
// gate, 64 bytes
constexpr uint64_t kGateSize = 64, kGateFlags = 0, kGatePolicy = 4, kGateEntry = 8, kGateParameter = 16,
                   kGateAuthority = 24, kGateMinimumFree = 28, kGateEventMask = 32, kGatePool = 40;
// stack pool: head and slots, 32 bytes each
constexpr uint64_t kPoolSize = 32, kPoolFirstFree = 0, kPoolSlotCount = 4, kPoolFreeCount = 8;
constexpr uint64_t kSlotSize = 32, kSlotRsp = 0, kSlotFsBase = 8, kSlotNextFree = 16, kSlotInUse = 20;
// thread block, 128 bytes
constexpr uint64_t kThreadSize = 128, kStackBase = 0, kStackLimit = 8, kStackTop = 16, kReserve = 24, kThreadCs = 32,
                   kThreadCsGeneration = 36, kThreadSs = 40, kThreadSsGeneration = 44, kKernelRsp = 48,
                   kKernelFsBase = 56, kCodeListId = 64, kCodeListGeneration = 68, kStackListId = 72,
                   kStackListGeneration = 76;
// frame, 256 bytes
constexpr uint64_t kFrameSize = 256, kFrameKind = 0, kFrameMode = 1, kFrameVector = 2, kFrameEventMask = 4,
                   kFrameCs = 8, kFrameCsGeneration = 12, kFrameSs = 16, kFrameSsGeneration = 20, kFrameRip = 24,
                   kFrameRflags = 32, kFrameFsBase = 40, kFrameGsBase = 48, kFrameGateSpace = 56,
                   kFrameGateSpaceGeneration = 60, kFrameGateIndex = 64, kFramePoolSlot = 68, kFramePool = 72,
                   kFrameGpr = 80, kFrameFaultAddress = 208, kFrameGrantSpace = 208, kFrameGrantGeneration = 212,
                   kFrameErrorCode = 224, kFrameGrantRights = 224, kFrameSelectorRegisters = 226;
// return record, 64 bytes
constexpr uint64_t kRecordSize = 64, kRecordCs = 0, kRecordCsGeneration = 4, kRecordSs = 8, kRecordSsGeneration = 12,
                   kRecordRip = 16, kRecordRsp = 24, kRecordRflags = 32, kRecordFsBase = 40, kRecordGsBase = 48;
// vector entry, 16 bytes
constexpr uint64_t kVectorSize = 16, kVectorValid = 0, kVectorSpace = 4, kVectorGeneration = 8, kVectorGate = 12;

// bits and numbers of the same structures
constexpr uint32_t kValid = 1, kCode = 2, kStackFlag = 4, kPrivileged = 8, kIo = 16;  // space flags
constexpr uint32_t kRead = 0x10, kWrite = 0x20;                                       // entry flags
constexpr uint32_t kKindSpace = 1, kKindGate = 2;                                     // entry kinds
constexpr uint32_t kKeep = 0, kPoolPolicy = 1, kThreadPolicy = 2;                     // stack policies
constexpr uint8_t kCallFrame = 1, kNarrowFrame = 2, kEventFrame = 3;

}  // namespace oracle::at
