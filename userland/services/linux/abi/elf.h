// SPDX-License-Identifier: GPL-2.0-or-later
// ELF-64 structures (System V ABI, chapter 4 and 5) and the auxiliary vector (uapi/linux/auxvec.h).
#pragma once
#include <cstdint>

namespace hop::personality {

struct ElfHeader {
  uint8_t ident[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, program_headers, section_headers;
  uint32_t flags;
  uint16_t header_size, program_header_size, program_header_count, section_header_size, section_header_count,
      name_section;
};
static_assert(sizeof(ElfHeader) == 64);

struct ElfProgramHeader {
  uint32_t type, flags;
  uint64_t offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
static_assert(sizeof(ElfProgramHeader) == 56);

constexpr uint16_t kElfExecutable = 2, kElfDynamic = 3, kElfX8664 = 62;
enum ElfSegment : uint32_t {
  kSegmentLoad = 1,
  kSegmentInterpreter = 3,
  kSegmentHeaders = 6,
  kSegmentStack = 0x6474e551
};
enum ElfSegmentFlag : uint32_t { kSegmentExecute = 1, kSegmentWrite = 2, kSegmentRead = 4 };

enum AuxiliaryType : uint64_t {
  kAuxNull = 0,
  kAuxHeaders = 3,
  kAuxHeaderSize = 4,
  kAuxHeaderCount = 5,
  kAuxPageSize = 6,
  kAuxBase = 7,
  kAuxFlags = 8,
  kAuxEntry = 9,
  kAuxUid = 11,
  kAuxEuid = 12,
  kAuxGid = 13,
  kAuxEgid = 14,
  kAuxPlatform = 15,
  kAuxHardware = 16,
  kAuxClockTicks = 17,
  kAuxSecure = 23,
  kAuxRandom = 25,
  kAuxHardware2 = 26,
  kAuxFileName = 31,
  kAuxMinimumSignalStack = 51,
};

}  // namespace hop::personality
