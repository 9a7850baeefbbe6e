// SPDX-License-Identifier: GPL-2.0-or-later
// Linux's constants of mmap and its relatives (uapi/asm-generic/mman-common.h).
#pragma once
#include <cstdint>

namespace hop::personality {

enum MapProtection : uint64_t {
  kProtRead = 1,
  kProtWrite = 2,
  kProtExecute = 4,
  kProtGrowsDown = 0x01000000,
  kProtGrowsUp = 0x02000000
};

enum MapFlags : uint64_t {
  kMapShared = 0x01,
  kMapPrivate = 0x02,
  kMapSharedValidate = 0x03,
  kMapType = 0x0f,
  kMapFixed = 0x10,
  kMapAnonymous = 0x20,
  kMap32Bit = 0x40,
  kMapGrowsDown = 0x100,
  kMapHugeTable = 0x40000,
  kMapFixedNoReplace = 0x100000,
};

enum RemapFlags : uint64_t { kRemapMayMove = 1, kRemapFixed = 2, kRemapDontUnmap = 4 };

enum MemoryAdvice : uint64_t {
  kAdviseNormal = 0,
  kAdviseRandom = 1,
  kAdviseSequential = 2,
  kAdviseWillNeed = 3,
  kAdviseDontNeed = 4,
  kAdviseFree = 8,
  kAdviseDontFork = 10,
  kAdviseDoFork = 11,
  kAdviseMergeable = 12,
  kAdviseUnmergeable = 13,
  kAdviseHugePage = 14,
  kAdviseNoHugePage = 15,
  kAdviseDontDump = 16,
  kAdviseDoDump = 17,
  kAdviseCold = 20,
  kAdvisePageOut = 21,
  kAdvisePopulateRead = 22,
  kAdvisePopulateWrite = 23,
};

}  // namespace hop::personality
