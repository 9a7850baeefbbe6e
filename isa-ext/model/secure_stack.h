// SPDX-License-Identifier: GPL-2.0-or-later
// The secure stack of the thread in force (manual 2.6). Its top is kept in the thread block, in memory.
#pragma once
#include "isa-ext/model/checked.h"
#include "isa-ext/model/machine.h"

namespace asx {

class SecureStack {
 public:
  SecureStack() = default;

  /// The stack of the thread block at the address. Addressing if the block or its stack is not wholly in RAM, or its
  /// base, top and limit do not fit together.
  [[nodiscard]] static Checked<SecureStack> open(const PhysicalMemory& memory, PhysicalAddress thread);

  [[nodiscard]] ThreadBlock& thread() const { return *thread_; }
  [[nodiscard]] uint64_t depth() const { return depth_; }
  [[nodiscard]] uint64_t free_frames() const { return capacity_ - depth_; }
  [[nodiscard]] uint64_t free_above_reserve() const {
    return free_frames() > thread_->reserve_frames ? free_frames() - thread_->reserve_frames : 0;
  }
  /// The frame pushed last, or nullptr.
  [[nodiscard]] const Frame* top() const { return frame(0); }
  /// The frame so many below the top, or nullptr.
  [[nodiscard]] const Frame* frame(uint64_t below_top) const {
    return below_top < depth_ ? frames_ + depth_ - 1 - below_top : nullptr;
  }

  /// The new top frame, wholly zero. There must be a free frame.
  [[nodiscard]] Frame& push();
  void pop();

 private:
  SecureStack(ThreadBlock* thread, Frame* frames, uint64_t capacity, uint64_t depth)
      : thread_(thread), frames_(frames), capacity_(capacity), depth_(depth) {}
  void store_top();

  ThreadBlock* thread_ = nullptr;
  Frame* frames_ = nullptr;
  uint64_t capacity_ = 0;
  uint64_t depth_ = 0;
};

/// Fills a frame that has just been pushed with what its return restores.
void save_state(Frame& frame, FrameKind kind, const Machine& machine, uint64_t return_rip);

/// The registers and the event mask that a call or event frame restores.
void restore_state(const Frame& frame, Machine& machine);

/// The spaces that a frame returns to.
struct ReturnSpaces {
  LoadedSpace code, stack;
};
/// ReturnCodeSpace or ReturnStackSpace if one of them has died or lost the flag it needs; Addressing.
[[nodiscard]] Checked<ReturnSpaces> find_return_spaces(const Machine& machine, const Frame& frame);

}  // namespace asx
