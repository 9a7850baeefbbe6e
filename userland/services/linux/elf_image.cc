// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/elf_image.h"

#include "isa-ext/abi/address.h"
#include "kernel/abi/call.h"
#include "userland/services/linux/abi/elf.h"
#include "userland/services/linux/layout.h"

namespace hop::personality {
namespace {

template <typename T>
T read_as(const std::byte* from) {
  T value;
  auto* to = reinterpret_cast<std::byte*>(&value);
  for (size_t i = 0; i < sizeof(T); i++) to[i] = from[i];
  return value;
}

uint64_t protection_of(uint32_t flags) {
  uint64_t protection = 0;
  if (flags & kSegmentRead) protection |= kProtectRead;
  if (flags & kSegmentWrite) protection |= kProtectWrite;
  if (flags & kSegmentExecute) protection |= kProtectExecute;
  return protection;
}

ElfRefusal add_segment(const ElfProgramHeader& header, uint64_t bias, uint64_t file_size, ElfPlan& plan) {
  if (header.memory_size == 0) return ElfRefusal::None;
  if (plan.segment_count == kMaximumSegments) return ElfRefusal::BadHeaders;
  if (header.file_size > header.memory_size || header.offset > file_size ||
      header.file_size > file_size - header.offset)
    return ElfRefusal::BadSegment;
  if (header.virtual_address >= kHighestOffset || header.memory_size >= kHighestOffset ||
      bias + header.virtual_address + header.memory_size > kHighestOffset)
    return ElfRefusal::BadSegment;
  if ((header.virtual_address & asx::kPageMask) != (header.offset & asx::kPageMask)) return ElfRefusal::BadSegment;

  ElfSegmentPlan& segment = plan.segments[plan.segment_count++];
  const uint64_t lead = header.offset & asx::kPageMask;
  segment.start = bias + page_floor(header.virtual_address);
  segment.end = page_ceiling(bias + header.virtual_address + header.memory_size);
  segment.file_offset = header.offset - lead;
  segment.file_bytes = header.file_size == 0 ? 0 : header.file_size + lead;
  segment.protection = protection_of(header.flags);
  if (segment.start == 0) return ElfRefusal::BadSegment;
  return ElfRefusal::None;
}

bool has_overlap(const ElfPlan& plan) {
  for (uint32_t i = 0; i < plan.segment_count; i++)
    for (uint32_t j = 0; j < i; j++)
      if (plan.segments[i].start < plan.segments[j].end && plan.segments[j].start < plan.segments[i].end) return true;
  return false;
}

bool has_executable(const ElfPlan& plan, uint64_t address) {
  for (uint32_t i = 0; i < plan.segment_count; i++) {
    const ElfSegmentPlan& segment = plan.segments[i];
    if (address >= segment.start && address < segment.end) return (segment.protection & kProtectExecute) != 0;
  }
  return false;
}

}  // namespace

ElfRefusal check_elf_header(const std::byte* front, uint64_t bytes, uint64_t& headers_end) {
  headers_end = 0;
  if (bytes < 16) return ElfRefusal::NotElf;
  const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
  for (int i = 0; i < 4; i++)
    if (static_cast<uint8_t>(front[i]) != magic[i]) return ElfRefusal::NotElf;
  if (static_cast<uint8_t>(front[4]) != 2) return ElfRefusal::Not64Bit;
  if (bytes < sizeof(ElfHeader)) return ElfRefusal::BadHeaders;
  const auto header = read_as<ElfHeader>(front);
  if (header.machine != kElfX8664 || header.ident[5] != 1) return ElfRefusal::NotX86;
  if (header.type != kElfExecutable && header.type != kElfDynamic) return ElfRefusal::NotExecutable;
  if (header.program_header_size != sizeof(ElfProgramHeader) || header.program_header_count == 0 ||
      header.program_header_count > kMaximumProgramHeaders || header.program_headers > uint64_t{1} << 32)
    return ElfRefusal::BadHeaders;
  headers_end = header.program_headers + uint64_t{header.program_header_count} * sizeof(ElfProgramHeader);
  return ElfRefusal::None;
}

ElfRefusal plan_elf(const std::byte* front, uint64_t bytes, uint64_t file_size, ElfPlan& plan) {
  plan = {};
  uint64_t headers_end = 0;
  if (ElfRefusal refusal = check_elf_header(front, bytes, headers_end); refusal != ElfRefusal::None) return refusal;
  if (headers_end > bytes) return ElfRefusal::BadHeaders;
  const auto header = read_as<ElfHeader>(front);
  plan.is_position_independent = header.type == kElfDynamic;
  const uint64_t bias = plan.is_position_independent ? kPieBase : 0;
  plan.header_count = header.program_header_count;

  for (uint32_t i = 0; i < header.program_header_count; i++) {
    const auto program = read_as<ElfProgramHeader>(front + header.program_headers + i * sizeof(ElfProgramHeader));
    if (program.type == kSegmentInterpreter) return ElfRefusal::Dynamic;
    if (program.type != kSegmentLoad) continue;
    if (ElfRefusal refusal = add_segment(program, bias, file_size, plan); refusal != ElfRefusal::None) return refusal;
    if (header.program_headers >= program.offset && headers_end <= program.offset + program.file_size)
      plan.headers_address = bias + program.virtual_address + (header.program_headers - program.offset);
  }
  if (plan.segment_count == 0) return ElfRefusal::NoSegments;
  if (has_overlap(plan)) return ElfRefusal::Overlap;
  plan.entry = bias + header.entry;
  if (header.entry >= kHighestOffset || !has_executable(plan, plan.entry)) return ElfRefusal::BadSegment;
  return ElfRefusal::None;
}

const char* elf_refusal_text(ElfRefusal refusal) {
  switch (refusal) {
    case ElfRefusal::None:
      return "is fine";
    case ElfRefusal::NotElf:
      return "is no ELF file";
    case ElfRefusal::Not64Bit:
      return "is a 32-bit ELF; build it for x86-64";
    case ElfRefusal::NotX86:
      return "is an ELF for another processor; build it for x86-64";
    case ElfRefusal::NotExecutable:
      return "is an ELF, but no program (object file or core)";
    case ElfRefusal::Dynamic:
      return "is dynamically linked; link it with -static";
    case ElfRefusal::BadHeaders:
      return "has damaged program headers";
    case ElfRefusal::BadSegment:
      return "has a segment outside its file or outside user addresses";
    case ElfRefusal::Overlap:
      return "has segments that share a page";
    case ElfRefusal::NoSegments:
      return "has nothing to load";
  }
  return "is refused";
}

}  // namespace hop::personality
