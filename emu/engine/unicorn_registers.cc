// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/unicorn_registers.h"

namespace emu {
namespace {

/// General registers in encoding order, then RIP, RFLAGS, the bases.
constexpr std::array<int, 20> kNames = {UC_X86_REG_RAX, UC_X86_REG_RCX,    UC_X86_REG_RDX,     UC_X86_REG_RBX,
                                        UC_X86_REG_RSP, UC_X86_REG_RBP,    UC_X86_REG_RSI,     UC_X86_REG_RDI,
                                        UC_X86_REG_R8,  UC_X86_REG_R9,     UC_X86_REG_R10,     UC_X86_REG_R11,
                                        UC_X86_REG_R12, UC_X86_REG_R13,    UC_X86_REG_R14,     UC_X86_REG_R15,
                                        UC_X86_REG_RIP, UC_X86_REG_RFLAGS, UC_X86_REG_FS_BASE, UC_X86_REG_GS_BASE};

/// What a frame may put into RFLAGS: CF PF AF ZF SF TF DF OF AC ID. Bit 1 and IF always read as 1, IOPL as 0.
constexpr uint64_t kFlagsFree = 0x240dd5 & ~uint64_t{0x200};
constexpr uint64_t kFlagsFixed = 0x202;

}  // namespace

void UnicornRegisters::load(asx::Registers& registers) {
  std::array<void*, kCount> targets;
  for (size_t i = 0; i < kCount; ++i) targets[i] = &loaded_[i];
  uc_reg_read_batch(engine_, const_cast<int*>(kNames.data()), targets.data(), kCount);
  for (size_t i = 0; i < 16; ++i) registers.gpr[i] = loaded_[i];
  registers.rip = loaded_[kRip];
  registers.rflags = loaded_[kFlags];
  registers.fs_base = loaded_[18];
  registers.gs_base = loaded_[19];
}

void UnicornRegisters::store(const asx::Registers& registers, int64_t rip_bias) {
  std::array<uint64_t, kCount> now;
  for (size_t i = 0; i < 16; ++i) now[i] = registers.gpr[i];
  now[kRip] = registers.rip + static_cast<uint64_t>(rip_bias);
  now[kFlags] = (registers.rflags & kFlagsFree) | kFlagsFixed;
  now[18] = registers.fs_base;
  now[19] = registers.gs_base;

  std::array<int, kCount> names;
  std::array<void*, kCount> sources;
  int count = 0;
  for (size_t i = 0; i < kCount; ++i) {
    if (now[i] == loaded_[i] && i != kRip) continue;
    names[static_cast<size_t>(count)] = kNames[i];
    sources[static_cast<size_t>(count)] = &now[i];
    ++count;
  }
  uc_reg_write_batch(engine_, names.data(), sources.data(), count);
  loaded_ = now;
}

uint64_t UnicornRegisters::rip() const {
  uint64_t rip = 0;
  uc_reg_read(engine_, UC_X86_REG_RIP, &rip);
  return rip;
}

}  // namespace emu
