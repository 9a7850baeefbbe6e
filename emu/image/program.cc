// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "emu/image/elf_view.h"

namespace emu {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kAddressLimit = uint64_t{1} << 47;
constexpr std::string_view kNoteOwner = "Hopscotch";

/// Linux numbers of machines a user is likely to have a file for.
std::string machine_name(uint16_t machine) {
  switch (machine) {
    case EM_386:
      return "32-bit x86";
    case EM_ARM:
      return "32-bit ARM";
    case EM_AARCH64:
      return "64-bit ARM";
    case EM_RISCV:
      return "RISC-V";
    case EM_PPC64:
      return "64-bit PowerPC";
    case EM_S390:
      return "s390x";
    default:
      return fmt::format("machine number {}", machine);
  }
}

class Checker {
 public:
  Checker(std::span<const std::byte> file, const std::string& name) : elf_(file), name_(name) {}

  Result<ProgramFacts> check() {
    if (MaybeError wrong = check_identity()) return std::move(*wrong);
    if (MaybeError wrong = check_header()) return std::move(*wrong);
    if (MaybeError wrong = check_linkage()) return std::move(*wrong);
    if (MaybeError wrong = check_segments()) return std::move(*wrong);
    facts_.kind = has_note() ? ProgramKind::Native : ProgramKind::Linux;
    return facts_;
  }

 private:
  Error corrupt(const std::string& what) const {
    return {fmt::format("{} is corrupt: {}; build or copy it again", name_, what)};
  }

  MaybeError check_identity() {
    const std::string_view start(
        reinterpret_cast<const char*>(elf_.bytes(0, std::min<uint64_t>(elf_.size(), 4)).data()),
        std::min<uint64_t>(elf_.size(), 4));
    if (start.starts_with("#!")) {
      return Error{
          fmt::format("{} is a script, no ELF program; name its interpreter as the program and the script as "
                      "its first argument",
                      name_)};
    }
    if (start != std::string_view(ELFMAG, SELFMAG)) {
      return Error{fmt::format("{} is no ELF program; hop runs static x86-64 ELF programs", name_)};
    }
    const auto format = elf_.read<unsigned char>(EI_CLASS);
    if (format == ELFCLASS32) {
      return Error{fmt::format("{} is a 32-bit program; build it for x86-64", name_)};
    }
    const auto header = elf_.read<Elf64_Ehdr>(0);
    if (!header) return corrupt("its ELF header is cut short");
    header_ = *header;
    if (format != ELFCLASS64) return corrupt("its ELF class is neither 32-bit nor 64-bit");
    if (header_.e_ident[EI_DATA] != ELFDATA2LSB || header_.e_machine != EM_X86_64) {
      return Error{fmt::format(
          "{} is a program for another machine ({}); build it for x86-64", name_,
          header_.e_ident[EI_DATA] == ELFDATA2LSB ? machine_name(header_.e_machine) : std::string("big-endian"))};
    }
    return std::nullopt;
  }

  MaybeError check_header() {
    if (header_.e_type == ET_REL) {
      return Error{fmt::format("{} is an object file; link it to a program first (-static)", name_)};
    }
    if (header_.e_type == ET_CORE) {
      return Error{fmt::format("{} is a core dump; name the program that left it", name_)};
    }
    if (header_.e_type != ET_EXEC && header_.e_type != ET_DYN) return corrupt("its ELF type is unknown");
    if (header_.e_phnum == 0) return corrupt("it has no program headers");
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) return corrupt("its program headers have a wrong size");
    if (!elf_.contains(header_.e_phoff, uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr))) {
      return corrupt("its program headers lie outside the file");
    }
    for (unsigned i = 0; i < header_.e_phnum; ++i) {
      segments_.push_back(*elf_.read<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr)));
    }
    return std::nullopt;
  }

  MaybeError check_linkage() {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_INTERP) continue;
      if (!elf_.contains(segment.p_offset, segment.p_filesz)) return corrupt("its interpreter lies outside the file");
      const std::string_view interpreter = elf_.text(segment.p_offset, segment.p_offset + segment.p_filesz);
      return Error{fmt::format("{} is dynamically linked (interpreter {}); link it with -static", name_, interpreter)};
    }
    if (header_.e_type != ET_DYN) return std::nullopt;
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_DYNAMIC) continue;
      for (uint64_t offset = 0; offset + sizeof(Elf64_Dyn) <= segment.p_filesz; offset += sizeof(Elf64_Dyn)) {
        const auto entry = elf_.read<Elf64_Dyn>(segment.p_offset + offset);
        if (!entry || entry->d_tag == DT_NULL) break;
        if (entry->d_tag == DT_NEEDED || entry->d_tag == DT_SONAME) {
          return Error{fmt::format("{} is a shared library or needs some; link the program with -static", name_)};
        }
      }
    }
    return std::nullopt;
  }

  MaybeError check_segment(const Elf64_Phdr& segment) const {
    const std::string place = fmt::format("segment at {:#x}", segment.p_vaddr);
    if (!elf_.contains(segment.p_offset, segment.p_filesz)) {
      return corrupt(fmt::format("the {} reaches beyond the end of the file", place));
    }
    if (segment.p_memsz < segment.p_filesz) {
      return corrupt(fmt::format("the {} is smaller in memory than in the file", place));
    }
    if (segment.p_vaddr >= kAddressLimit || segment.p_memsz > kAddressLimit - segment.p_vaddr) {
      return corrupt(fmt::format("the {} reaches beyond address 2^47", place));
    }
    if (segment.p_filesz != 0 && segment.p_vaddr % kPage != segment.p_offset % kPage) {
      return corrupt(fmt::format("the {} lies differently in its page than in the file", place));
    }
    return std::nullopt;
  }

  MaybeError check_segments() {
    std::vector<Elf64_Phdr> loaded;
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_LOAD || segment.p_memsz == 0) continue;
      if (MaybeError wrong = check_segment(segment)) return wrong;
      loaded.push_back(segment);
    }
    if (loaded.empty()) return corrupt("it has no segment to load");
    std::sort(loaded.begin(), loaded.end(),
              [](const Elf64_Phdr& a, const Elf64_Phdr& b) { return a.p_vaddr < b.p_vaddr; });
    bool has_entry = false;
    for (size_t i = 0; i < loaded.size(); ++i) {
      const uint64_t end = loaded[i].p_vaddr + loaded[i].p_memsz;
      if (i + 1 < loaded.size() && end > loaded[i + 1].p_vaddr) {
        return corrupt(
            fmt::format("the segments at {:#x} and {:#x} overlap", loaded[i].p_vaddr, loaded[i + 1].p_vaddr));
      }
      facts_.memory += (end + kPage - 1) / kPage * kPage - loaded[i].p_vaddr / kPage * kPage;
      has_entry = has_entry ||
                  ((loaded[i].p_flags & PF_X) != 0 && header_.e_entry >= loaded[i].p_vaddr && header_.e_entry < end);
    }
    if (!has_entry) {
      return corrupt(fmt::format("its entry point {:#x} lies in no executable segment", header_.e_entry));
    }
    return std::nullopt;
  }

  /// Notes are {name size, content size, type, name, content}, name and content padded to 4 bytes.
  bool has_note_in(uint64_t offset, uint64_t size) const {
    const std::span<const std::byte> notes = elf_.bytes(offset, size);
    const ElfView view(notes);
    uint64_t place = 0;
    while (const auto note = view.read<Elf64_Nhdr>(place)) {
      const uint64_t name = place + sizeof(Elf64_Nhdr);
      if (view.text(name, name + note->n_namesz) == kNoteOwner) return true;
      place = name + (uint64_t{note->n_namesz} + 3) / 4 * 4 + (uint64_t{note->n_descsz} + 3) / 4 * 4;
    }
    return false;
  }

  bool has_note() const {
    return std::any_of(segments_.begin(), segments_.end(), [this](const Elf64_Phdr& segment) {
      return segment.p_type == PT_NOTE && has_note_in(segment.p_offset, segment.p_filesz);
    });
  }

  ElfView elf_;
  const std::string& name_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  ProgramFacts facts_;
};

}  // namespace

Result<ProgramFacts> check_program(std::span<const std::byte> file, const std::string& name) {
  return Checker(file, name).check();
}

}  // namespace emu
