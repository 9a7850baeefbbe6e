// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel image in ELF form around a few bytes of code, and a machine that runs it.
#pragma once
#include <elf.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "emu/machine/machine.h"
#include "tests/unit/emu/code.h"

namespace test {

constexpr uint64_t kKernelBase = 0x10'0000;

struct KernelFile {
  Elf64_Ehdr header{};
  std::vector<Elf64_Phdr> segments;
  std::vector<std::byte> content;

  /// One segment with the code, entered at its start; `flags` are PF_R, PF_W, PF_X.
  [[nodiscard]] static KernelFile of(const Code& code, uint32_t flags = PF_R | PF_X);
  void add_segment(uint64_t address, uint32_t flags, const std::vector<uint8_t>& bytes, uint64_t memory_size);
  [[nodiscard]] std::vector<std::byte> file() const;
};

/// What came out of a machine.
struct Outcome {
  emu::RunResult result;
  emu::Statistics statistics;
  std::string output;  ///< of serial line 0
};

struct RunRequest {
  std::string input;  ///< for serial line 0; it ends after these bytes
  bool has_input = false;
  emu::MachineOptions options = small_options();
  std::vector<emu::Module> modules;

  [[nodiscard]] static emu::MachineOptions small_options();
};

/// Boots a kernel and runs it to its end.
[[nodiscard]] Outcome run_kernel(const KernelFile& kernel, RunRequest request = {});

/// Code that ends the machine: expects nothing in registers, uses RAX and RDX.
[[nodiscard]] Code power_off(Code code, uint8_t status);

/// Address of a device in the kernel's direct map.
[[nodiscard]] constexpr uint64_t device(uint64_t physical) {
  return asx::kDirectMap + physical;
}

}  // namespace test
