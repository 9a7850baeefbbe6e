// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/cli/scratch.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace test {
namespace {

void append(emu::Bytes& bytes, const void* data, size_t size) {
  const auto* start = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), start, start + size);
}

}  // namespace

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "hop-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch directory");
  path_ = std::filesystem::canonical(pattern).string();
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::file(const std::string& name, const std::string& content, unsigned mode) const {
  const std::string path = *this / name;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << content;
  if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod " + path);
  return path;
}

std::string Scratch::file(const std::string& name, const emu::Bytes& content, unsigned mode) const {
  return file(name, std::string(reinterpret_cast<const char*>(content.data()), content.size()), mode);
}

void Scratch::directory(const std::string& name, unsigned mode) const {
  const std::string path = *this / name;
  std::filesystem::create_directories(path);
  if (chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod " + path);
}

void Scratch::link(const std::string& name, const std::string& target) const {
  std::filesystem::create_symlink(target, *this / name);
}

InDirectory::InDirectory(const std::string& path) : former_(std::filesystem::current_path().string()) {
  std::filesystem::current_path(path);
}

InDirectory::~InDirectory() {
  std::error_code ignored;
  std::filesystem::current_path(former_, ignored);
}

SmallElf::SmallElf() {
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_entry = 0x400100;
  header.e_phoff = sizeof(Elf64_Ehdr);
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = PF_R | PF_X;
  segment.p_vaddr = segment.p_paddr = 0x400000;
  segment.p_filesz = segment.p_memsz = 0x200;
  segment.p_align = 0x1000;
  segments.push_back(segment);
  rest.resize(0x200 - rest_offset());
}

uint64_t SmallElf::rest_offset() const {
  return sizeof(Elf64_Ehdr) + segments.size() * sizeof(Elf64_Phdr);
}

emu::Bytes SmallElf::bytes() const {
  emu::Bytes file;
  append(file, &header, sizeof header);
  for (const Elf64_Phdr& segment : segments) append(file, &segment, sizeof segment);
  file.insert(file.end(), rest.begin(), rest.end());
  return file;
}

emu::Bytes to_bytes(const std::string& text) {
  emu::Bytes bytes;
  append(bytes, text.data(), text.size());
  return bytes;
}

}  // namespace test
