// SPDX-License-Identifier: GPL-2.0-or-later
// The four spaces of a running program, where in them new mappings go, and the gates by which it comes in here.
#pragma once
#include <cstdint>

#include "userland/services/linux/area.h"

namespace hop::personality {

struct Task;

class ProgramMemory {
 public:
  /// One with empty spaces; the name goes into reports. Null: no memory.
  [[nodiscard]] static ProgramMemory* make(const char* name);
  /// One with the same contents and places: pages are copied when one of the two writes.
  [[nodiscard]] static ProgramMemory* copy(const ProgramMemory& original, const char* name);
  /// The spaces go; the record, whose gates are made once, is used again.
  void destroy();

  Area image, heap, stack, message;
  Task* user = nullptr;  ///< whose calls come from the image

  /// What a program's address range lies in.
  struct Place {
    Area* area = nullptr;  ///< null: in none
    uint64_t offset = 0;
  };
  [[nodiscard]] Place find(uint64_t address, uint64_t bytes);

  /// Moves the end of the heap that brk names; returns the end in force, an address of the program.
  [[nodiscard]] uint64_t set_break(uint64_t address);

 private:
  ProgramMemory() = default;
  [[nodiscard]] static ProgramMemory* take_record();
  [[nodiscard]] bool make_gates();
  [[nodiscard]] bool create(const char* name);
  [[nodiscard]] bool fill_lists();
  [[nodiscard]] bool set_gates();

  uint64_t break_ = kBreakBase;
  uint16_t syscall_gate_ = 0, fault_gate_ = 0;  ///< into this service, with this record as the parameter
  ProgramMemory* next_unused_ = nullptr;
};

}  // namespace hop::personality
