// SPDX-License-Identifier: GPL-2.0-or-later
#include <capstone/capstone.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "emu/cli/inspect.h"
#include "emu/image/elf_view.h"
#include "emu/image/host_file.h"
#include "isa-ext/encoding/instruction.h"

namespace emu::cli {
namespace {

constexpr size_t kBytesShown = 10;

/// A stretch of code.
struct Code {
  std::string name;
  uint64_t address = 0;
  std::span<const std::byte> bytes;
};

/// Code and symbols of an ELF file.
struct Listing {
  std::vector<Code> code;
  std::map<uint64_t, std::string> labels;
};

template <typename T>
std::vector<T> read_table(const ElfView& elf, uint64_t offset, uint64_t count) {
  std::vector<T> table;
  for (uint64_t i = 0; i < count; ++i) {
    const auto entry = elf.read<T>(offset + i * sizeof(T));
    if (!entry) break;
    table.push_back(*entry);
  }
  return table;
}

void add_labels(Listing& listing, const ElfView& elf, const Elf64_Shdr& symbols, const Elf64_Shdr& names) {
  for (const Elf64_Sym& symbol : read_table<Elf64_Sym>(elf, symbols.sh_offset, symbols.sh_size / sizeof(Elf64_Sym))) {
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_NOTYPE) || symbol.st_name >= names.sh_size) {
      continue;
    }
    const std::string_view name = elf.text(names.sh_offset + symbol.st_name, names.sh_offset + names.sh_size);
    if (!name.empty()) listing.labels.emplace(symbol.st_value, name);
  }
}

Result<Listing> read_listing(const Bytes& file, const std::string& name) {
  const ElfView elf(file);
  const auto header = elf.read<Elf64_Ehdr>(0);
  const std::string_view magic(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), SELFMAG));
  if (magic != std::string_view(ELFMAG, SELFMAG)) return Error{name + " is no ELF file; name a program"};
  if (!header || header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_X86_64) {
    return Error{name + " is no x86-64 ELF file; name one that is"};
  }
  Listing listing;
  const auto sections = header->e_shentsize == sizeof(Elf64_Shdr)
                            ? read_table<Elf64_Shdr>(elf, header->e_shoff, header->e_shoff == 0 ? 0 : header->e_shnum)
                            : std::vector<Elf64_Shdr>{};
  const Elf64_Shdr names = header->e_shstrndx < sections.size() ? sections[header->e_shstrndx] : Elf64_Shdr{};
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type == SHT_SYMTAB && section.sh_link < sections.size()) {
      add_labels(listing, elf, section, sections[section.sh_link]);
    }
    if (section.sh_type != SHT_PROGBITS || (section.sh_flags & SHF_EXECINSTR) == 0) continue;
    listing.code.push_back({std::string(elf.text(names.sh_offset + section.sh_name, names.sh_offset + names.sh_size)),
                            section.sh_addr, elf.bytes(section.sh_offset, section.sh_size)});
  }
  if (!listing.code.empty()) return listing;
  for (const Elf64_Phdr& segment : read_table<Elf64_Phdr>(elf, header->e_phoff, header->e_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    listing.code.push_back({"segment", segment.p_vaddr, elf.bytes(segment.p_offset, segment.p_filesz)});
  }
  if (listing.code.empty()) return Error{name + " has no code; name a program or an object file"};
  return listing;
}

class Disassembler {
 public:
  explicit Disassembler(std::FILE* out) : out_(out) {}
  ~Disassembler() {
    if (instruction_ != nullptr) cs_free(instruction_, 1);
    if (is_open_) cs_close(&handle_);
  }
  Disassembler(const Disassembler&) = delete;
  Disassembler& operator=(const Disassembler&) = delete;

  [[nodiscard]] bool open() {
    is_open_ = cs_open(CS_ARCH_X86, CS_MODE_64, &handle_) == CS_ERR_OK;
    if (is_open_) instruction_ = cs_malloc(handle_);
    return instruction_ != nullptr;
  }

  void write(const Listing& listing) {
    for (const Code& code : listing.code) write(code, listing.labels);
  }

 private:
  void write(const Code& code, const std::map<uint64_t, std::string>& labels) {
    fmt::print(out_, "\n{}:\n", code.name);
    const auto* bytes = reinterpret_cast<const uint8_t*>(code.bytes.data());
    auto label = labels.lower_bound(code.address);
    for (size_t place = 0; place < code.bytes.size();) {
      const uint64_t address = code.address + place;
      for (; label != labels.end() && label->first <= address; ++label) {
        if (label->first == address) fmt::print(out_, "\n{:016x} <{}>:\n", address, label->second);
      }
      place += write_instruction({bytes + place, code.bytes.size() - place}, address);
    }
  }

  /// Writes what is at the front, one line; returns its length.
  size_t write_instruction(std::span<const uint8_t> bytes, uint64_t address) {
    if (const auto extension = asx::decode(bytes)) {
      write_line(address, bytes.first(extension->length), asx::disassemble(*extension));
      return extension->length;
    }
    const uint8_t* place = bytes.data();
    size_t left = bytes.size();
    uint64_t next_address = address;
    if (cs_disasm_iter(handle_, &place, &left, &next_address, instruction_)) {
      const std::string separator = instruction_->op_str[0] == 0 ? "" : " ";
      write_line(address, bytes.first(instruction_->size), instruction_->mnemonic + separator + instruction_->op_str);
      return instruction_->size;
    }
    write_line(address, bytes.first(1), fmt::format(".byte 0x{:02x}", bytes[0]));
    return 1;
  }

  void write_line(uint64_t address, std::span<const uint8_t> bytes, const std::string& text) {
    std::string hexadecimal;
    for (const uint8_t byte : bytes) hexadecimal += fmt::format("{:02x} ", byte);
    fmt::print(out_, "{:>12x}:  {:<{}} {}\n", address, hexadecimal, 3 * kBytesShown, text);
  }

  std::FILE* out_;
  csh handle_ = 0;
  bool is_open_ = false;
  cs_insn* instruction_ = nullptr;
};

}  // namespace

MaybeError disassemble_file(const DisassembleOptions& options, std::FILE* out) {
  Result<Bytes> file = read_host_file(options.file);
  if (!file) return Error{file.error()};
  Result<Listing> listing = read_listing(file.value(), options.file);
  if (!listing) return Error{listing.error()};
  Disassembler disassembler(out);
  if (!disassembler.open()) return Error{"cannot start the disassembler (Capstone)"};
  disassembler.write(listing.value());
  return std::nullopt;
}

}  // namespace emu::cli
