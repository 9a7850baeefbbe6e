// SPDX-License-Identifier: GPL-2.0-or-later
// Data and fetch addresses: the checks of manual chapter 4.1, then the page walk.
#pragma once
#include "isa-ext/model/machine.h"

namespace asx {

/// One page as the current sets see it.
struct Translation {
  PhysicalAddress page;                               ///< 4 KiB aligned; RAM, or (space with kSpaceIo) a device page
  bool read = false, write = false, execute = false;  ///< rights that may be cached; write only once the page is dirty
  SpaceId space;                                      ///< that the page belongs to
  bool is_first_touch = false;  ///< of the page since it was mapped: the walk set its accessed bit
  uint8_t walk_steps = 0;       ///< page-table entries read
};

/// Translates for one access. Sets accessed and (for writes) dirty bits in the page tables, as x86 does.
[[nodiscard]] Result<Translation> translate(const CpuState& cpu, const PhysicalMemory& memory, const Variant& variant,
                                            VirtualAddress address, Access access);

/// The checks for a data access without the page walk: what tsel answers. 0 if the first check that fails fails.
[[nodiscard]] uint64_t selector_rights(const Machine& machine, Selector selector);

/// Reads the descriptor of a space into the form that CS and SS hold; no value if the id or a table is out of range.
[[nodiscard]] std::optional<LoadedSpace> load_space(const CpuState& cpu, const PhysicalMemory& memory, SpaceId id);

}  // namespace asx
