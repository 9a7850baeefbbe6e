// SPDX-License-Identifier: GPL-2.0-or-later
// The four spaces of a running program, and where in them new mappings go.
#pragma once
#include <cstdint>

#include "userland/services/linux/area.h"

namespace hop::personality {

class ProgramMemory {
 public:
  /// Makes the spaces, empty; the name goes into reports. False: no memory (what was made is destroyed).
  [[nodiscard]] bool create(const char* name);
  void destroy();

  Area image, heap, stack, message;

  /// What a program's address range lies in.
  struct Place {
    Area* area = nullptr;  ///< null: in none
    uint64_t offset = 0;
  };
  [[nodiscard]] Place find(uint64_t address, uint64_t bytes);

  /// Moves the end of the heap that brk names; returns the end in force, an address of the program.
  [[nodiscard]] uint64_t set_break(uint64_t address);

 private:
  [[nodiscard]] bool fill_lists();

  uint64_t break_ = kBreakBase;
};

}  // namespace hop::personality
