// SPDX-License-Identifier: GPL-2.0-or-later
// What an ELF file wants to have in memory. Plain logic: no system call, nothing but the headers as bytes.
#pragma once
#include <cstddef>
#include <cstdint>

namespace hop::personality {

constexpr uint32_t kMaximumSegments = 16;
constexpr uint32_t kMaximumProgramHeaders = 64;

/// Where a static-pie program is put: its link address is 0, and page 0 stays unmapped. As Linux does without
/// randomisation, but for the selector bits.
constexpr uint64_t kPieBase = 0x5555'5555'4000;

/// One loadable segment, in page terms. Ranges are whole pages; the file range may begin before the segment, as the
/// file's bytes in the first page belong to it on Linux too.
struct ElfSegmentPlan {
  uint64_t start, end;   ///< page-aligned offsets in the image space
  uint64_t file_offset;  ///< of the byte at `start`; page aligned
  uint64_t file_bytes;   ///< to read to `start`; what follows is zero
  uint64_t protection;   ///< hop::Protection bits
};

struct ElfPlan {
  ElfSegmentPlan segments[kMaximumSegments];
  uint32_t segment_count = 0;
  uint64_t entry = 0;            ///< offset in the image space
  uint64_t headers_address = 0;  ///< where the program headers are in memory (AT_PHDR), 0 = nowhere
  uint16_t header_count = 0;
  bool is_position_independent = false;
};

/// Why a file is refused. Each has one sentence, elf_refusal_text.
enum class ElfRefusal : uint8_t {
  None,
  NotElf,
  Not64Bit,
  NotX86,
  NotExecutable,
  Dynamic,
  BadHeaders,
  BadSegment,
  Overlap,
  NoSegments,
};

/// Checks the ELF header at the front of a file: returns the refusal, and how many bytes the front must have so that
/// plan_elf sees all program headers.
[[nodiscard]] ElfRefusal check_elf_header(const std::byte* front, uint64_t bytes, uint64_t& headers_end);

/// Makes the plan. `bytes` of the file's front are at `front` (at least what check_elf_header asked for).
[[nodiscard]] ElfRefusal plan_elf(const std::byte* front, uint64_t bytes, uint64_t file_size, ElfPlan& plan);

/// "is dynamically linked; ...": completes a sentence that begins with the file's name.
[[nodiscard]] const char* elf_refusal_text(ElfRefusal refusal);

}  // namespace hop::personality
