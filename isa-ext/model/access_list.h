// SPDX-License-Identifier: GPL-2.0-or-later
// From a selector to the space or gate it names: the checks on the entry (manual 4.1), common to all that use one.
#pragma once
#include "isa-ext/model/checked.h"
#include "isa-ext/model/machine.h"

namespace asx {

/// What a selector names, once its entry has passed.
struct Selected {
  SpaceId id;
  const SpaceDescriptor* space = nullptr;
  uint32_t rights = 0;  ///< EntryFlag
  EntryKind kind = EntryKind::None;
  uint32_t gate_index = 0;  ///< kind Gate
};

/// Where a selector is looked up.
struct ListView {
  const CpuState& cpu;  ///< for its space table
  const PhysicalMemory& memory;
  const Variant& variant;
  const LoadedSpace& loaded;  ///< what index 0 names
  const LoadedSpace& list;    ///< the space that designates the list
  uint64_t frames_up = 0;     ///< the argument slot is that behind the frame so many below the top
};

/// The half in force that the selector indexes.
[[nodiscard]] ListView half_of(const CpuState& cpu, const PhysicalMemory& memory, const Variant& variant,
                               Selector selector);
[[nodiscard]] inline ListView half_of(const Machine& machine, Selector selector) {
  return half_of(machine.cpu, machine.memory, machine.variant, selector);
}

/// The checks from SelectorIndex to SpaceGeneration. EntryKind fails unless the entry has the kind that is wanted.
[[nodiscard]] Checked<Selected> select_entry(const ListView& list, Selector selector, EntryKind wanted);

/// Rights (SelectorRight) that any use of the selector would find; 0 if a check fails.
[[nodiscard]] uint64_t rights_of_selector(const ListView& list, Selector selector);

}  // namespace asx
