// SPDX-License-Identifier: GPL-2.0-or-later
// An address space: pages, the access list it designates, gates into it. The unit of protection and of sharing.
#pragma once
#include "kernel/check/memory_check.h"
#include "kernel/memory/page_table.h"
#include "kernel/memory/region_map.h"
#include "kernel/object/access_list.h"
#include "kernel/object/gate_table.h"
#include "kernel/object/quota.h"
#include "kernel/object/space_table.h"

namespace kernel {

/// A range of pages, checked by whoever makes one from a caller's numbers.
struct Range {
  uint64_t start, end;
  [[nodiscard]] uint64_t length() const { return end - start; }
};

/// How a page fault ended that the kernel may settle itself.
enum class Demand : uint32_t { Settled, Forbidden, OutOfMemory, AskPager };

class Space {
 public:
  struct Options {
    uint32_t flags;        ///< asx::SpaceFlag
    uint32_t list_length;  ///< entries
    uint32_t authority;    ///< hop::Authority
    Quota* quota;          ///< that pays for it
    char name[16];
  };

  constexpr Space() = default;
  /// An empty space with an empty list. OutOfMemory.
  static Result<Space*> create(const Options& options);
  /// The kernel's own space, made by the boot loader: it has gates, but its pages are not managed.
  static Result<Space*> adopt_kernel_space();
  /// Ends its life and gives everything back. What threads inside come to is the caller's to see to.
  static void destroy(Space& space);

  [[nodiscard]] uint32_t id() const { return id_; }
  [[nodiscard]] asx::SpaceDescriptor& descriptor() const { return space_table().descriptor(id_); }
  [[nodiscard]] uint32_t generation() const { return descriptor().generation; }
  [[nodiscard]] bool is_code() const { return (descriptor().flags & asx::kSpaceCode) != 0; }
  [[nodiscard]] bool is_stack() const { return (descriptor().flags & asx::kSpaceStack) != 0; }
  /// Who pays for its memory, and for what its code makes.
  [[nodiscard]] Quota& quota() const { return *quota_; }
  /// Bytes that are charged for it.
  [[nodiscard]] uint64_t memory() const { return account_.used(); }
  /// OutOfMemory: its memory does not fit under the quota.
  Status set_quota(Quota& quota);
  [[nodiscard]] bool has_authority(uint32_t authority) const {
    return (descriptor().authority & authority) == authority;
  }

  // Its list. A change is seen by the hardware at once.
  /// It is the list that its code or its threads' stack half has: the common one for code where there is one.
  [[nodiscard]] const AccessList& list() const { return is_code() && has_common_list() ? common_list() : list_; }
  /// Puts an entry into a slot (AccessList::insert), and returns the selector by which code with this list has it.
  Result<Selector> insert_entry(uint32_t index, const AccessListEntry& entry);
  Status remove_entry(Selector selector);
  void set_syscall_selector(uint32_t selector);
  /// Lets its code name it by hop::kSelf, with control. Exists, OutOfMemory.
  Status grant_self();
  /// With a common list, in which hop::kSelf cannot lie: whether it was granted.
  [[nodiscard]] bool is_granted_self() const { return is_granted_self_; }

  // Its gates.
  Result<uint32_t> add_gate(const asx::Gate& gate);
  [[nodiscard]] asx::Gate* gate(uint32_t index) const { return gates_.find(index); }
  void close_gate(uint32_t index);
  /// The pool of its gates' stacks, made at the first use. OutOfMemory.
  Result<PhysicalAddress> stack_pool();
  [[nodiscard]] const GateName& fault_gate() const { return fault_gate_; }
  void set_fault_gate(const GateName& gate) { fault_gate_ = gate; }

  // Its memory (space_memory.cc). Errors as in kernel/abi/calls.def; a call that fails has changed nothing.
  Status map(Range range, uint64_t protection, RegionKind kind = RegionKind::Memory);
  Status unmap(Range range);
  /// Gives the frames of a mapped range back; the range stays.
  Status discard(Range range);
  Status protect(Range range, uint64_t protection);
  Status share_from(Space& source, Range source_range, uint64_t start, uint64_t protection);
  Status copy_from(Space& source, Range source_range, uint64_t start);
  /// Gives pages to a paged range; returns for how many bytes that could be done: fewer than were asked for if an error
  /// came up behind the first.
  Result<uint64_t> supply_from(Space& source, Range source_range, uint64_t start, hop::Supply mode);
  Status move(Range range, uint64_t start);
  Status map_device(uint64_t start, PhysicalAddress page);
  /// Maps frames that stay somebody else's: a write gets a copy.
  Status map_foreign(Range range, PhysicalAddress first, uint64_t protection);
  [[nodiscard]] const GateName& pager() const { return pager_; }
  void set_pager(const GateName& gate) { pager_ = gate; }
  /// Settles a page fault: a zero page, or a copy of one that is shared until written.
  Demand demand(uint64_t offset, hop::Protection access);
  /// For the self-check: its own list, and its pool if it has one.
  template <typename VisitList, typename VisitPool>
  void check_objects(VisitList&& visit_list, VisitPool&& visit_pool) const {
    visit_list(list_);
    if (pool_.value != 0) visit_pool(pool_);
  }
  void check_memory(MemoryCheck& check);
  /// The frame of a mapped page, given one if need be. OutOfMemory, NotFound; TryAgain: only its pager has it.
  Result<PhysicalAddress> frame(uint64_t offset);

 private:
  [[nodiscard]] AccessList& changeable_list() { return is_code() && has_common_list() ? common_list() : list_; }
  void list_changed() const;
  Status create_parts(const Options& options);
  void destroy_parts();
  Status populate(uint64_t offset, uint64_t protection);
  void populate_ahead(uint64_t offset, const Region& region);
  Status make_private(uint64_t& leaf, uint64_t protection);
  Result<uint64_t> shared_leaf(uint64_t offset, bool is_for_writer);
  Status copy_page(uint64_t& leaf, Space& target, uint64_t offset, uint64_t protection);
  Status supply_page(Space& source, uint64_t from, uint64_t offset, hop::Supply mode);
  void release_pages(Range range);
  Status undo(Range range, Status reason);

  Status add_page(uint64_t offset, uint64_t leaf);

  uint32_t id_ = 0;
  Account account_;  ///< of all its memory, below its quota's
  Quota* quota_ = nullptr;
  PageTable pages_{account_};
  RegionMap regions_{account_};
  AccessList list_;
  GateTable gates_;
  PhysicalAddress pool_;
  GateName fault_gate_;
  GateName pager_;
  bool is_granted_self_ = false;
};

/// The living, open gate of that name, or nullptr.
[[nodiscard]] inline asx::Gate* find_gate(const GateName& name) {
  const Space* space = space_table().find(name.space, name.generation);
  return space == nullptr ? nullptr : space->gate(name.index);
}

/// Whether [start, start + length) is a range of whole pages inside a space.
[[nodiscard]] bool is_range(uint64_t start, uint64_t length);

}  // namespace kernel
