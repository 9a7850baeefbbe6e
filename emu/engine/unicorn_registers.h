// SPDX-License-Identifier: GPL-2.0-or-later
// The registers of the model in and out of Unicorn, in one call each way.
#pragma once
#include <unicorn/unicorn.h>

#include <array>
#include <cstddef>

#include "isa-ext/model/machine.h"

namespace emu {

class UnicornRegisters {
 public:
  explicit UnicornRegisters(uc_engine* engine) : engine_(engine) {}

  void load(asx::Registers& registers);
  /// Writes those that differ from what load() gave. rip_bias is added to RIP: within the SYSCALL hook the engine
  /// adds the instruction's length to whatever is written there.
  void store(const asx::Registers& registers, int64_t rip_bias);

  [[nodiscard]] uint64_t rip() const;

 private:
  static constexpr size_t kCount = 20;
  static constexpr size_t kRip = 16;
  static constexpr size_t kFlags = 17;

  uc_engine* engine_;
  std::array<uint64_t, kCount> loaded_{};
};

}  // namespace emu
