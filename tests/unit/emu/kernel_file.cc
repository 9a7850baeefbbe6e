// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/emu/kernel_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace test {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

File temporary_file() {
  File file(std::tmpfile());
  if (file == nullptr) throw std::runtime_error("no temporary file");
  return file;
}

std::string content_of(const File& file) {
  std::string text;
  std::rewind(file.get());
  for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) text += static_cast<char>(c);
  return text;
}

}  // namespace

KernelFile KernelFile::of(const Code& code, uint32_t flags) {
  KernelFile kernel;
  Elf64_Ehdr& header = kernel.header;
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_entry = kKernelBase;
  header.e_phoff = sizeof header;
  header.e_ehsize = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  kernel.add_segment(kKernelBase, flags, code.bytes(), code.bytes().size());
  return kernel;
}

void KernelFile::add_segment(uint64_t address, uint32_t flags, const std::vector<uint8_t>& bytes,
                             uint64_t memory_size) {
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = flags;
  segment.p_offset = content.size();
  segment.p_vaddr = segment.p_paddr = address;
  segment.p_filesz = bytes.size();
  segment.p_memsz = memory_size;
  segment.p_align = asx::kPageSize;
  segments.push_back(segment);
  for (const uint8_t byte : bytes) content.push_back(std::byte{byte});
}

std::vector<std::byte> KernelFile::file() const {
  Elf64_Ehdr head = header;
  head.e_phnum = static_cast<uint16_t>(segments.size());
  const uint64_t headers = sizeof head + segments.size() * sizeof(Elf64_Phdr);
  std::vector<std::byte> bytes(headers);
  std::memcpy(bytes.data(), &head, sizeof head);
  for (size_t i = 0; i < segments.size(); ++i) {
    Elf64_Phdr segment = segments[i];
    segment.p_offset += headers;
    std::memcpy(bytes.data() + sizeof head + i * sizeof segment, &segment, sizeof segment);
  }
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

emu::MachineOptions RunRequest::small_options() {
  emu::MachineOptions options;
  options.memory = 16u << 20;
  options.limit = 10'000'000;
  options.translation_buffer = 8u << 20;
  return options;
}

Outcome run_kernel(const KernelFile& kernel, RunRequest request) {
  const File output = temporary_file();
  File input;
  if (request.options.serial[0].output < 0) request.options.serial[0].output = fileno(output.get());
  if (request.has_input) {
    input = temporary_file();
    std::fwrite(request.input.data(), 1, request.input.size(), input.get());
    std::rewind(input.get());
    request.options.serial[0].input = fileno(input.get());
  }
  auto machine = emu::Machine::create(request.options);
  if (!machine) throw std::runtime_error(machine.error());
  const std::vector<std::byte> file = kernel.file();
  emu::BootImage image;
  image.kernel_elf = file;
  image.modules = request.modules;
  if (auto error = machine.value()->load(image)) throw std::runtime_error(error->sentence);
  Outcome outcome;
  outcome.result = machine.value()->run();
  outcome.statistics = machine.value()->statistics();
  outcome.output = content_of(output);
  return outcome;
}

Code power_off(Code code, uint8_t status) {
  // mov rdx, power; mov eax, status; mov [rdx], eax; jmp to itself
  return code.set(asx::kRdx, device(asx::kPowerBase)).raw({0xb8, status, 0, 0, 0, 0x89, 0x02, 0xeb, 0xfe});
}

}  // namespace test
