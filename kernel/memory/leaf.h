// SPDX-License-Identifier: GPL-2.0-or-later
// What a leaf of a page table says: a frame, the rights that its region and its sharing leave, and whose the frame is.
#pragma once
#include "kernel/abi/call.h"
#include "kernel/memory/page_table.h"

namespace kernel {

/// The rights of a leaf. x86 cannot withhold reading from what may be written or executed.
[[nodiscard]] inline uint64_t leaf_rights(uint64_t protection, uint64_t leaf) {
  uint64_t rights = 0;
  if (protection != hop::kProtectNone) rights |= asx::kPtePresent;
  const bool is_withheld = (leaf & (kPageCopyOnWrite | kPageReadOnly)) != 0;
  if ((protection & hop::kProtectWrite) != 0 && !is_withheld) rights |= asx::kPteWrite;
  if ((protection & hop::kProtectExecute) == 0) rights |= asx::kPteNoExecute;
  return rights;
}

/// The same leaf in a region with that protection.
[[nodiscard]] inline uint64_t with_rights(uint64_t leaf, uint64_t protection) {
  constexpr uint64_t kRightsMask = asx::kPtePresent | asx::kPteWrite | asx::kPteNoExecute;
  return (leaf & ~kRightsMask) | leaf_rights(protection, leaf);
}

[[nodiscard]] inline PhysicalAddress frame_of(uint64_t leaf) {
  return {leaf & asx::kPteAddressMask};
}

/// `flags`: PageSoftwareFlag.
[[nodiscard]] inline uint64_t leaf_of(PhysicalAddress frame, uint64_t flags, uint64_t protection) {
  return with_rights(frame.value | flags | asx::kPteUser, protection);
}

}  // namespace kernel
