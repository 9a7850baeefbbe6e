// SPDX-License-Identifier: GPL-2.0-or-later
// 4-level x86-64 page tables (Intel SDM vol. 3, 4.5), one root a space. The U/S bit is ignored.
#pragma once
#include "isa-ext/model/machine.h"

namespace asx {

/// Whether a walk that has succeeded sets accessed and dirty bits. A check that others follow must leave them alone.
enum class Marks : uint8_t { Set, Leave };

/// One access to one space, past the checks of its entry.
struct PageAccess {
  const SpaceDescriptor& space;
  VirtualAddress address;
  Access access;
  bool from_privileged = false;  ///< for the error code of #PF
  Marks marks = Marks::Set;
};

struct WalkedPage {
  PhysicalAddress page;  ///< 4 KiB aligned
  bool write = false;    ///< all levels allow it
  bool execute = false;
  bool dirty = false;
  bool is_first_touch = false;  ///< the walk set the accessed bit of the page
  uint8_t steps = 0;            ///< table entries read
};

/// #PF with the x86 error code, or #AS Addressing for a table or page outside RAM (device pages pass in spaces with
/// kSpaceIo), or a root that is not aligned to a page. Sets accessed and dirty bits, and only if nothing fails.
[[nodiscard]] Result<WalkedPage> walk_page_tables(const PhysicalMemory& memory, const PageAccess& access);

}  // namespace asx
