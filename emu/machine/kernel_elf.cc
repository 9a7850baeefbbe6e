// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/kernel_elf.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "isa-ext/abi/address.h"
#include "isa-ext/abi/boot.h"

namespace emu {
namespace {

constexpr uint64_t page_down(uint64_t address) {
  return address & ~asx::kPageMask;
}
constexpr uint64_t page_up(uint64_t address) {
  return page_down(address + asx::kPageMask);
}

template <typename T>
bool read(std::span<const std::byte> file, uint64_t offset, T& value) {
  if (offset > file.size() || sizeof(T) > file.size() - offset) return false;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return true;
}

Error fault(const std::string& what) {
  return Error{"the kernel image " + what};
}

bool is_executable(const Elf64_Ehdr& header) {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_X86_64 && header.e_type == ET_EXEC &&
         header.e_phentsize == sizeof(Elf64_Phdr);
}

MaybeError check(const Elf64_Phdr& segment, uint64_t file_size, uint64_t memory) {
  const bool file_part_exists = segment.p_offset <= file_size && segment.p_filesz <= file_size - segment.p_offset;
  if (!file_part_exists) return fault("has a segment beyond its end");
  if (segment.p_filesz > segment.p_memsz) return fault("has a segment with more bytes than room");
  if (segment.p_memsz > memory) return fault("has a segment that is bigger than the machine's memory");
  const bool is_low = segment.p_vaddr >= asx::kPageSize && segment.p_vaddr < asx::kDirectMap &&
                      segment.p_memsz <= asx::kDirectMap - segment.p_vaddr;
  if (!is_low) return fault("has a segment outside page 1 to the direct map");
  return {};
}

}  // namespace

uint64_t KernelSegment::first_page() const {
  return page_down(address);
}
uint64_t KernelSegment::end_page() const {
  return page_up(address + size);
}

Result<KernelElf> read_kernel_elf(std::span<const std::byte> file, uint64_t memory) {
  Elf64_Ehdr header;
  if (!read(file, 0, header) || !is_executable(header)) return fault("is no static x86-64 ELF executable");

  KernelElf kernel;
  kernel.entry = header.e_entry;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    const uint64_t offset = header.e_phoff + i * sizeof segment;
    if (offset < header.e_phoff || !read(file, offset, segment)) return fault("has program headers beyond its end");
    if (segment.p_type != PT_LOAD || segment.p_memsz == 0) continue;
    if (auto error = check(segment, file.size(), memory)) return *error;
    kernel.segments.push_back({segment.p_vaddr, segment.p_memsz, file.subspan(segment.p_offset, segment.p_filesz),
                               (segment.p_flags & PF_W) != 0, (segment.p_flags & PF_X) != 0});
  }
  if (kernel.segments.empty()) return fault("has nothing to load");

  auto& segments = kernel.segments;
  std::sort(segments.begin(), segments.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  for (size_t i = 1; i < segments.size(); ++i) {
    if (segments[i - 1].end_page() > segments[i].first_page()) return fault("has two segments in one page");
  }
  const bool entry_exists = std::any_of(segments.begin(), segments.end(), [&](const KernelSegment& s) {
    return s.execute && kernel.entry >= s.address && kernel.entry - s.address < s.size;
  });
  if (!entry_exists) return fault("has its entry point outside its code");
  return kernel;
}

}  // namespace emu
