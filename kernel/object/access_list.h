// SPDX-License-Identifier: GPL-2.0-or-later
// The access list that a space designates: its half, and the only kind of handle table there is.
#pragma once
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"
#include "kernel/abi/call.h"
#include "kernel/arch/direct_map.h"
#include "kernel/lib/result.h"
#include "kernel/memory/account.h"
#include "kernel/object/object.h"

namespace kernel {

using asx::AccessListEntry;
using asx::EntryKind;
using asx::Selector;

/// AccessListEntry::flags, the bits that are the software's.
constexpr uint32_t kEntryControl = 1u << 16;  ///< hop::kRightControl
constexpr uint32_t kEntryRetired = 1u << 17;  ///< every generation of the slot has been used

/// Entry flags for rights, and back.
[[nodiscard]] uint32_t flags_of_rights(uint64_t rights);
[[nodiscard]] uint64_t rights_of_flags(uint32_t flags);

/// Entries hold a reference to the object they name.
void acquire_object(const AccessListEntry& entry);
void release_object(AccessListEntry& entry);

class AccessList {
 public:
  /// How many bits of a selector are the index, as the machine says; set once at start-up.
  static inline unsigned selector_bits = asx::kDefaultSelectorBits;
  [[nodiscard]] static uint32_t longest() { return 1u << selector_bits; }

  constexpr AccessList() = default;
  /// Entry 0, which is implied, counts. OutOfMemory.
  Status create(uint32_t length, Account& account);
  void destroy(Account& account);
  [[nodiscard]] PhysicalAddress address() const { return address_; }
  [[nodiscard]] uint32_t length() const { return length_; }
  /// Of memory.
  [[nodiscard]] uint64_t bytes() const;

  /// The valid entry of an explicit slot whose generation is the selector's, or nullptr.
  [[nodiscard]] const AccessListEntry* find(Selector selector) const {
    const uint32_t index = selector.index(selector_bits);
    if (index == 0 || index >= length_) return nullptr;
    const AccessListEntry& slot = slots()[index];
    const bool is_its = slot.slot_generation == selector.slot_generation(selector_bits);
    return is_its && (slot.flags & asx::kEntryValid) != 0 ? &slot : nullptr;
  }
  /// Puts an entry (its reference to an object included) into a slot, 0 = any from hop::kFirstFreeSlot on. Returns
  /// the slot's index. Invalid: no such slot; Exists; NoSpace: none is free, or this one has used up its generations.
  Result<uint32_t> insert(uint32_t index, const AccessListEntry& entry);
  /// Empties the slot; its generation advances, and a slot whose generation would come again is never used again.
  /// BadHandle.
  Status remove(Selector selector);
  [[nodiscard]] Selector selector(asx::Half half, uint32_t index) const;

  // Of the common list: who put an entry there, so that it goes with it.
  void set_inserter(uint32_t index, uint32_t space);
  void remove_all_of(uint32_t space);

 private:
  [[nodiscard]] AccessListEntry* slots() const { return at<AccessListEntry>(address_); }
  [[nodiscard]] static bool is_free(const AccessListEntry& slot) {
    return (slot.flags & (asx::kEntryValid | kEntryRetired)) == 0;
  }
  [[nodiscard]] uint32_t find_free();

  PhysicalAddress address_;
  uint32_t length_ = 0;
  uint32_t next_free_ = hop::kFirstFreeSlot;  ///< where to begin looking: the slots are used in turn
};

/// Where the code half does not follow the code (--bind=stack, none; manual 7.2) every thread has the same one, or no
/// service would find its own selectors: this list, designated by the kernel's space.
[[nodiscard]] bool has_common_list();
[[nodiscard]] AccessList& common_list();

}  // namespace kernel
