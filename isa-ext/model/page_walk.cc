// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/page_walk.h"

#include "isa-ext/abi/devices/devices.h"

namespace asx {
namespace {

constexpr unsigned kPageBits = 12;
constexpr unsigned kLevelBits = 9;
constexpr int kLevels = 4;
constexpr uint64_t kTableIndexMask = (1u << kLevelBits) - 1;
constexpr uint64_t kPteLargePat = 1u << 12;  // the one bit below a large page's frame that is not reserved

Fault page_fault(const PageAccess& access, uint32_t flags) {
  if (access.access == Access::Write) flags |= kPageFaultWrite;
  if (access.access == Access::Fetch) flags |= kPageFaultFetch;
  if (!access.from_privileged) flags |= kPageFaultUser;
  return Fault::page(flags, access.address);
}

Fault addressing(const PageAccess& access) {
  const AsOperation operation = access.access == Access::Fetch ? AsOperation::Fetch : AsOperation::Data;
  return Fault::address_space(AsCause::Addressing, access.access, operation, access.address);
}

bool is_device(PhysicalAddress page) {
  return page.value >= kDeviceBase && page.value < kDeviceEnd;
}

}  // namespace

Result<WalkedPage> walk_page_tables(const PhysicalMemory& memory, const PageAccess& access) {
  const uint64_t offset = access.address.offset();
  uint64_t* visited[kLevels];
  WalkedPage result{.page = {}, .write = true, .execute = true};

  PhysicalAddress table{access.space.page_table_root};
  if ((table.value & kPageMask) != 0) return addressing(access);
  int depth = 0;
  for (int level = kLevels - 1;; --level) {
    const unsigned shift = kPageBits + kLevelBits * static_cast<unsigned>(level);
    uint64_t* entry = memory.at<uint64_t>(table + (offset >> shift & kTableIndexMask) * sizeof(uint64_t));
    if (entry == nullptr) return addressing(access);
    if ((*entry & kPtePresent) == 0) return page_fault(access, 0);
    visited[depth++] = entry;
    result.write = result.write && (*entry & kPteWrite) != 0;
    result.execute = result.execute && (*entry & kPteNoExecute) == 0;

    const bool is_large = level > 0 && (*entry & kPteLarge) != 0;
    const uint64_t below = (uint64_t{1} << shift) - 1;
    if (is_large) {
      const bool is_reserved = level == kLevels - 1 || (*entry & kPteAddressMask & below & ~kPteLargePat) != 0;
      if (is_reserved) return page_fault(access, kPageFaultPresent | kPageFaultReserved);
    }
    if (is_large || level == 0) {
      result.page = {(*entry & kPteAddressMask & ~below) | (offset & below & ~kPageMask)};
      break;
    }
    table = {*entry & kPteAddressMask};
  }

  const bool refused =
      (access.access == Access::Write && !result.write) || (access.access == Access::Fetch && !result.execute);
  if (refused) return page_fault(access, kPageFaultPresent);
  const bool is_io = (access.space.flags & kSpaceIo) != 0;
  if (!memory.contains(result.page, kPageSize) && !(is_io && is_device(result.page))) return addressing(access);

  uint64_t& leaf = *visited[depth - 1];
  result.is_first_touch = (leaf & kPteAccessed) == 0;
  result.steps = static_cast<uint8_t>(depth);
  if (access.marks == Marks::Set) {
    for (int i = 0; i < depth; ++i) *visited[i] |= kPteAccessed;
    if (access.access == Access::Write) leaf |= kPteDirty;
  }
  result.dirty = (leaf & kPteDirty) != 0;
  return result;
}

}  // namespace asx
