// SPDX-License-Identifier: GPL-2.0-or-later
// Who answers for memory: what is taken is charged to an account and to all those above it, and none may go over its
// limit (KeyKOS's space banks: Hardy, ACM Operating Systems Review 19(4), 1985). A frame that several spaces have is
// charged to each, so that a copy at a write never lacks anything but a frame.
#pragma once
#include "kernel/memory/frame_allocator.h"

namespace kernel {

class Account {
 public:
  constexpr Account() = default;
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  void open(Account* parent, uint64_t limit) {
    parent_ = parent;
    limit_ = limit;
  }
  /// OutOfMemory: this account, or one above it, would be over its limit. Nothing is charged then.
  Status charge(uint64_t bytes);
  void refund(uint64_t bytes);
  /// Puts it, with all that is charged to it, below another one. OutOfMemory: there is no room there.
  Status move_to(Account& parent);

  [[nodiscard]] uint64_t used() const { return used_; }
  [[nodiscard]] uint64_t limit() const { return limit_; }
  /// Less than is used already: nothing more is given then.
  void set_limit(uint64_t limit) { limit_ = limit; }
  /// How many accounts are above it.
  [[nodiscard]] uint32_t depth() const;
  [[nodiscard]] Account* parent() const { return parent_; }
  /// Whether what is charged to the other one is charged to this one, too.
  [[nodiscard]] bool is_above(const Account& other) const;

  // Of the self-check: what it has found to be charged.
  void count(uint64_t bytes) { counted_ += bytes; }
  [[nodiscard]] uint64_t take_count() {
    const uint64_t counted = counted_;
    counted_ = 0;
    return counted;
  }

 private:
  void charge_again(uint64_t bytes);
  static constexpr uint64_t kNoLimit = ~uint64_t{0};
  Account* parent_ = nullptr;
  uint64_t limit_ = kNoLimit;
  uint64_t used_ = 0;
  uint64_t counted_ = 0;
};

/// The account above all others, and of what is the kernel's own.
[[nodiscard]] Account& machine_account();

/// Frames (FrameAllocator) on an account.
Result<PhysicalAddress> allocate_frames(Account& account, unsigned order);
Result<PhysicalAddress> allocate_zeroed_frames(Account& account, unsigned order);
void free_frames(Account& account, PhysicalAddress block, unsigned order);

}  // namespace kernel
