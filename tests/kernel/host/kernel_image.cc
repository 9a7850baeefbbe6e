// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/host/kernel_image.h"

#include <elf.h>

#include <cstring>
#include <stdexcept>

namespace {

template <typename T>
T read_at(const std::vector<std::byte>& elf, uint64_t offset) {
  T value;
  if (offset + sizeof value > elf.size()) throw std::runtime_error("the kernel's ELF file is cut short");
  std::memcpy(&value, elf.data() + offset, sizeof value);
  return value;
}

}  // namespace

void break_function(std::vector<std::byte>& elf, const std::string& function) {
  const auto header = read_at<Elf64_Ehdr>(elf, 0);
  const auto section = [&](uint64_t index) {
    return read_at<Elf64_Shdr>(elf, header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr symbols = section(i);
    if (symbols.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr names = section(symbols.sh_link);
    for (uint64_t offset = 0; offset < symbols.sh_size; offset += sizeof(Elf64_Sym)) {
      const auto symbol = read_at<Elf64_Sym>(elf, symbols.sh_offset + offset);
      const char* name = reinterpret_cast<const char*>(elf.data() + names.sh_offset + symbol.st_name);
      if (function != name || symbol.st_shndx == SHN_UNDEF) continue;
      const Elf64_Shdr text = section(symbol.st_shndx);
      const uint64_t place = symbol.st_value - text.sh_addr + text.sh_offset;
      elf.at(place) = std::byte{0x0f};
      elf.at(place + 1) = std::byte{0x0b};
      return;
    }
  }
  throw std::runtime_error("the kernel has no function " + function);
}
