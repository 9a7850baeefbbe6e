// SPDX-License-Identifier: GPL-2.0-or-later
// Whoever wants to see each access to memory (EngineOptions::accesses). It makes the engine several times slower.
#pragma once
#include <cstdint>

#include "isa-ext/encoding/instruction.h"
#include "isa-ext/model/machine.h"

namespace emu {

/// Reports come in the order in which the CPU does things, and before their effects. An instruction that faults is
/// reported as far as it came, and again when it is tried again.
class AccessObserver {
 public:
  virtual ~AccessObserver() = default;

  /// An instruction is about to be executed that does not lie wholly in the page where the one before it ended, or is
  /// the first one after spaces_changed or space_invalidated. The size is 1 if the engine cannot tell it: for an
  /// instruction of the extension, which extension() completes, or one that is undefined.
  virtual void fetch(uint64_t address, uint32_t size) = 0;

  /// An instruction of the extension, decoded; its registers are those before it.
  virtual void extension(const asx::Instruction& instruction, const asx::Registers& registers) = 0;
  virtual void system_call() = 0;

  struct Data {
    uint64_t address = 0;
    uint32_t size = 0;          ///< bytes; they may reach into the next page
    bool is_store = false;      ///< else a load
    bool is_continued = false;  ///< goes on where this instruction's last report of the same kind ended: one access
    uint64_t instruction = 0;   ///< its address; each repetition of a string instruction counts as one
    uint64_t number = 0;        ///< of the instruction: another one for each that is executed
  };
  virtual void data(const Data& access) = 0;

  /// CS or SS is another space than before.
  virtual void spaces_changed() = 0;
  /// invspace; a space id or asx::kAllSpaces.
  virtual void space_invalidated(uint64_t space) = 0;
};

}  // namespace emu
